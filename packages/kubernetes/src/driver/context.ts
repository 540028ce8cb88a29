import { AppError } from '@davit/domain';
import type { Clock, DeploymentRef, Logger } from '@davit/domain';
import { LABELS } from '@davit/rollout';
import type { RolloutResource } from '@davit/rollout';
import type { KubeHttp } from '../kube-http.ts';
import type { KubeMeta } from '../kube-object.ts';
import { resourcePath } from '../resource-path.ts';
import { RESOURCES } from '../resource-types.ts';
import type { KnownKind } from '../resource-types.ts';

/** What every part of the driver works with. */
export interface DriverContext {
  kube: KubeHttp;
  installationId: string;
  clock: Clock;
  logger: Logger;
}

export function rolloutPath(ref: DeploymentRef): string {
  return pathOf('Rollout', ref.projectId, ref.deploymentId);
}

export function pathOf(kind: KnownKind, namespace: string, name?: string): string {
  return resourcePath(RESOURCES[kind], { namespace, name });
}

export function podSelector(ref: DeploymentRef): string {
  return `${LABELS.deploymentId}=${ref.deploymentId}`;
}

export type Ownership = 'ours' | 'original' | 'foreign';

/**
 * Whose an object is. `original`: made by One-Click for this very project and deployment, before Davit came; it may be
 * taken over by who has the record.
 */
export function ownershipOf(metadata: KubeMeta, context: DriverContext): Ownership {
  const labels = metadata.labels ?? {};
  const installation = labels[LABELS.installation];
  if (installation !== undefined) {
    return installation === context.installationId ? 'ours' : 'foreign';
  }
  const project = metadata.namespace ?? metadata.name;
  const named = metadata.namespace === undefined || labels[LABELS.deploymentId] === metadata.name;
  return labels[LABELS.projectId] === project && named ? 'original' : 'foreign';
}

/** The value, or undefined where the API server has none. */
export async function optional<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (AppError.is(error, 'not_found')) return undefined;
    throw error;
  }
}

/** Our Rollout, as it is right now. Throws `not_found` for a missing and for a foreign one. */
export async function ownRollout(
  ref: DeploymentRef,
  context: DriverContext,
  signal: AbortSignal,
): Promise<RolloutResource> {
  const live = await context.kube.get<RolloutResource>(rolloutPath(ref), { signal });
  if (ownershipOf(live.metadata, context) === 'ours') return live;
  throw new AppError('not_found', 'The deployment does not run here.');
}

/** Runs again what lost a race against another writer. */
export async function whileConflicting<T>(run: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run();
    } catch (error) {
      const raced =
        AppError.is(error, 'conflict') &&
        (error.reason === 'Conflict' || error.reason === 'AlreadyExists');
      if (!raced || attempt === 5) throw error;
    }
  }
}
