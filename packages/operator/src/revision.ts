import type { ClusterObject } from '@davit/domain';
import { readRevision, revisionInUse } from '@davit/rollout';
import type { Revision, RolloutResource } from '@davit/rollout';

export interface Revisions {
  /** the last spec that worked */
  kept?: Revision;
  /** the same, where it runs in place of the current one */
  inUse?: Revision;
}

/** What is known of the spec that worked last. */
export function revisionsOf(rollout: ClusterObject, children: readonly ClusterObject[]): Revisions {
  const secrets = children.filter(({ kind }) => kind === 'Secret');
  const kept = secrets.map(readRevision).find((revision) => revision !== undefined);
  const inUse = revisionInUse(rollout as unknown as RolloutResource, kept);
  return { ...(kept ? { kept } : {}), ...(inUse ? { inUse } : {}) };
}
