import { hashOf } from './hash.ts';
import { ANNOTATIONS } from './labels.ts';
import { revisionName } from './names.ts';
import { base64 } from './render/base64.ts';
import { ownedMetadata } from './render/metadata.ts';
import type { Child, RolloutResource } from './resource.ts';
import type { RolloutSpec } from './schema/spec.ts';
import type { RolloutStatus } from './schema/status.ts';

/** A spec that worked, as it is kept to go back to. */
export interface Revision {
  hash: string;
  spec: RolloutSpec;
}

/** Hash of what a spec brings about; how many run, and whether any, is no matter of revisions. */
export function revisionHash(spec: RolloutSpec): string {
  return hashOf({ ...spec, suspend: undefined, replicas: undefined, rollback: undefined });
}

/**
 * The Secret of the last spec that worked (it may contain secrets): the current one once it runs, until then the one
 * kept before. Undefined where nobody asked for it.
 */
export function renderRevision(resource: RolloutResource, kept?: Revision): Child | undefined {
  const { spec, status, metadata } = resource;
  if (spec.rollback !== 'auto' || spec.mode === 'job') return undefined;
  const works = status?.phase === 'Running' && status.observedGeneration === metadata.generation;
  const hash = revisionHash(spec);
  const revision = works && kept?.hash !== hash ? { hash, spec } : kept;
  if (revision === undefined) return undefined;
  const owned = ownedMetadata(resource, revisionName(metadata.name));
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { ...owned, annotations: { [ANNOTATIONS.revision]: revision.hash } },
    type: 'davit.dev/revision',
    data: { spec: base64(JSON.stringify(revision.spec)) },
  };
}

/** What a Secret of `renderRevision` holds; undefined for others, and for one that cannot be read. */
export function readRevision(secret: unknown): Revision | undefined {
  const { metadata, type, data } = secret as Partial<Child> & { data?: Record<string, string> };
  const hash = metadata?.annotations?.[ANNOTATIONS.revision];
  if (type !== 'davit.dev/revision' || hash === undefined) return undefined;
  try {
    const bytes = Uint8Array.from(atob(data?.spec ?? ''), (character) => character.charCodeAt(0));
    return { hash, spec: JSON.parse(new TextDecoder().decode(bytes)) as RolloutSpec };
  } catch {
    return undefined;
  }
}

/** The spec that worked, where the current one has failed and is still the same; otherwise undefined. */
export function revisionInUse(
  { spec, status }: RolloutResource,
  kept: Revision | undefined,
): Revision | undefined {
  if (spec.rollback !== 'auto' || kept === undefined) return undefined;
  const hash = revisionHash(spec);
  return status?.rollback?.revision === hash && kept.hash !== hash ? kept : undefined;
}

/** What is brought about: a kept revision goes on being scaled and stopped by the current spec. */
export function specInUse(spec: RolloutSpec, revision: Revision | undefined): RolloutSpec {
  if (revision === undefined) return spec;
  const { suspend, replicas, rollback } = spec;
  return {
    ...revision.spec,
    ...(suspend === undefined ? {} : { suspend }),
    ...(replicas === undefined ? {} : { replicas }),
    ...(rollback === undefined ? {} : { rollback }),
  };
}

export type Rollback = NonNullable<RolloutStatus['rollback']>;
