import type { ClusterObject } from '@davit/domain';
import { isRunUnderWay, LABELS, serviceAccountName } from '@davit/rollout';
import type { RolloutResource } from '@davit/rollout';
import type { ApplyContext } from './apply-child.ts';
import { isOwned } from './ownership.ts';

/** Kinds that are rendered, and therefore go when they are rendered no more. */
const PRUNED = new Set([
  'Service',
  'Secret',
  'ConfigMap',
  'Deployment',
  'Job',
  'CronJob',
  'Ingress',
  'HTTPRoute',
  'HorizontalPodAutoscaler',
  'PodDisruptionBudget',
  'NetworkPolicy',
]);

/** What runs, and what its pods refer to. */
const RUNNING = new Set([
  'Deployment',
  'Job',
  'Secret',
  'ConfigMap',
  'ServiceAccount',
  'PersistentVolumeClaim',
]);

/**
 * Owned objects that are not rendered any more. Where what is to run could not be brought about (`held`), what ran
 * before goes on, and keeps what it needs.
 */
export function staleChildren(
  live: readonly ClusterObject[],
  rendered: readonly ClusterObject[],
  { rollout, held }: Pick<ApplyContext, 'rollout'> & { held: boolean },
): ClusterObject[] {
  const kept = new Set(rendered.map(idOf));
  return live.filter(
    (object) =>
      isPruned(object, rollout) &&
      !(held && RUNNING.has(object.kind)) &&
      !kept.has(idOf(object)) &&
      !isRunning(object, rollout) &&
      object.metadata.deletionTimestamp === undefined &&
      isOwned(object, rollout),
  );
}

/** A newer run that somebody asks for does not end the one before. */
function isRunning(object: ClusterObject, rollout: ClusterObject): boolean {
  if (object.kind !== 'Job') return false;
  return isRunUnderWay(rollout as unknown as RolloutResource, object);
}

function idOf(object: ClusterObject): string {
  return `${object.kind}/${object.metadata.name}`;
}

function isPruned({ kind, metadata }: ClusterObject, rollout: ClusterObject): boolean {
  // an account with a name of its own may be used by others
  if (kind === 'ServiceAccount') return metadata.name === serviceAccountName(rollout.metadata.name);
  // it holds data, and goes only where that was asked for: an owner alone may be the original operator's doing
  if (kind === 'PersistentVolumeClaim') return metadata.labels?.[LABELS.retained] === 'false';
  return PRUNED.has(kind);
}
