import type { ClusterObject } from '@davit/domain';
import { claimName, LABELS } from '@davit/rollout';
import type { ApplyContext } from './apply-child.ts';
import { isOwned, otherOwners } from './ownership.ts';

/**
 * Claims that go with the Rollout though nobody asked for that: the original operator made every claim so, and a spec
 * that cannot be rendered, or names a volume no more, would leave it at that.
 */
export function boundClaims(
  live: readonly ClusterObject[],
  rollout: ClusterObject,
): readonly ClusterObject[] {
  return live.filter(
    (object) =>
      object.kind === 'PersistentVolumeClaim' &&
      object.metadata.deletionTimestamp === undefined &&
      isOwned(object, rollout) &&
      !isToGo(object, rollout),
  );
}

/** Frees a claim, so that deleting the Rollout keeps the data. */
export async function freeClaim(claim: ClusterObject, context: ApplyContext): Promise<void> {
  const ownerReferences = otherOwners(claim, context.rollout);
  await context.cluster.patch(claim, { metadata: { ownerReferences } }, context.signal);
}

/** Only `reclaim: Delete` says so: in the spec, however wrong the rest of it, or when the volume was last in it. */
function isToGo({ metadata }: ClusterObject, rollout: ClusterObject): boolean {
  const { volumes } = (rollout.spec ?? {}) as { volumes?: unknown };
  const volume = (Array.isArray(volumes) ? (volumes as unknown[]) : [])
    .map((one) => (one ?? {}) as { name?: unknown; reclaim?: unknown })
    .find(({ name }) => claimName(rollout.metadata.name, String(name)) === metadata.name);
  if (volume) return volume.reclaim === 'Delete';
  return metadata.labels?.[LABELS.retained] === 'false';
}
