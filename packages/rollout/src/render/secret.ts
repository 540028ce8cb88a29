import { sha256 } from '../hash.ts';
import { secretName } from '../names.ts';
import type { Child, RolloutResource } from '../resource.ts';
import type { RolloutSpec } from '../schema/spec.ts';
import { base64 } from './base64.ts';
import { ownedMetadata } from './metadata.ts';

/**
 * The Secret of the inline secrets. It exists even when there are none, as it always did, except where another Secret
 * is named in their place.
 */
export function renderSecret(resource: RolloutResource): Child | undefined {
  const { spec, metadata } = resource;
  const secrets = spec.secrets ?? [];
  if (secrets.length === 0 && (spec.secretsFrom ?? '') !== '') return undefined;
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: ownedMetadata(resource, secretName(metadata.name)),
    type: 'Opaque',
    // the API server keeps no empty map
    ...(secrets.length === 0 ? {} : { data: dataOf(secrets) }),
  };
}

const dataOf = (secrets: NonNullable<RolloutSpec['secrets']>): Record<string, string> =>
  Object.fromEntries(secrets.map(({ name, value }) => [name.trim(), base64(value)]));

/** On the pod template, so that changed values start new pods. */
export function secretsChecksum(spec: RolloutSpec): string {
  return sha256((spec.secrets ?? []).map(({ name, value }) => `${name}=${value}`).join(''));
}
