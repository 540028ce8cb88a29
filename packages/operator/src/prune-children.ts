import type { ClusterObject } from '@davit/domain';
import { LABELS, serviceAccountName } from '@davit/rollout';
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

/** Removes owned objects that are not rendered any more; answers them. */
export async function pruneChildren(
  live: readonly ClusterObject[],
  rendered: readonly ClusterObject[],
  context: ApplyContext,
): Promise<ClusterObject[]> {
  const kept = new Set(rendered.map(idOf));
  const stale = live.filter(
    (object) =>
      isPruned(object, context.rollout) &&
      !kept.has(idOf(object)) &&
      object.metadata.deletionTimestamp === undefined &&
      isOwned(object, context.rollout),
  );
  for (const object of stale) await context.cluster.remove(object, context.signal);
  return stale;
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
