import type { JsonObject } from '@davit/domain';
import { ANNOTATIONS, hashOf } from '@davit/rollout';
import type { KubeMeta } from '../kube-object.ts';

/**
 * What the annotation on the CR says of the spec its installation applied. The number of instances stands apart:
 * `kubectl scale` changes it, and that is no drift.
 */
export function appliedHashOf(spec: JsonObject): string {
  const { replicas, ...others } = spec;
  return `${hashOf(others)}.${typeof replicas === 'number' ? replicas : ''}`;
}

export function appliedHash(metadata: KubeMeta): string | undefined {
  return metadata.annotations?.[ANNOTATIONS.appliedHash];
}

/** Was the spec changed by somebody after it was applied? */
export function isDrifted(metadata: KubeMeta, spec: JsonObject): boolean {
  const applied = appliedHash(metadata);
  return applied !== undefined && rest(applied) !== rest(appliedHashOf(spec));
}

const rest = (hash: string): string | undefined => hash.split('.')[0];
