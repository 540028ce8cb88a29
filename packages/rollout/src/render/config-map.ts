import { hashOf } from '../hash.ts';
import { filesName } from '../names.ts';
import type { Child, RolloutResource } from '../resource.ts';
import type { RolloutSpec } from '../schema/spec.ts';
import { ownedMetadata } from './metadata.ts';

/** The configuration files; undefined when there are none. */
export function renderConfigMap(resource: RolloutResource): Child | undefined {
  const { files = [] } = resource.spec;
  if (files.length === 0) return undefined;
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: ownedMetadata(resource, filesName(resource.metadata.name)),
    data: Object.fromEntries(files.map(({ path, content }) => [fileKey(path), content])),
  };
}

/** Paths are no legal keys, and different ones must not become one. */
export function fileKey(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1).replace(/[^-._a-zA-Z0-9]/g, '_');
  return `${hashOf(path).slice(0, 8)}-${name.slice(-64)}`;
}

/** On the pod template, so that changed files start new pods; undefined without files. */
export function filesChecksum({ files = [] }: RolloutSpec): string | undefined {
  return files.length === 0 ? undefined : hashOf(files);
}
