import type { DeploymentRef, JsonObject, RolloutObservation } from '@davit/domain';
import { observationOf } from '@davit/rollout';
import type { RolloutResource } from '@davit/rollout';
import { appliedHash, isDrifted } from './applied-hash.ts';
import { isSecretName } from './intent-secrets.ts';

/** What the driver's cache keeps of a Rollout. */
export interface CachedRollout {
  /** without instances: those are pods */
  observation: RolloutObservation;
  appliedHash: string | undefined;
}

export function projectRollout(resource: RolloutResource): CachedRollout {
  const observation = observationOf(resource);
  const { metadata } = resource;
  const spec = resource.spec as JsonObject;
  return {
    observation: isDrifted(metadata, spec)
      ? { ...observation, drift: withoutReferences(spec, observation) }
      : observation,
    appliedHash: appliedHash(metadata),
  };
}

/** In the form of an intent: its values are in Secrets of ours, whose names mean nothing to others. */
function withoutReferences(spec: JsonObject, ref: DeploymentRef): JsonObject {
  const { secretsFrom, ...others } = spec;
  const { pullSecretName, ...image } = spec.image as JsonObject;
  const given = (name: unknown): name is string =>
    typeof name === 'string' && !isSecretName(name, ref);
  return {
    ...others,
    image: given(pullSecretName) ? { ...image, pullSecretName } : image,
    ...(given(secretsFrom) ? { secretsFrom } : {}),
  };
}
