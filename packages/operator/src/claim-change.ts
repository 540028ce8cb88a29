import type { ClusterObject } from '@davit/domain';
import { compareQuantities } from '@davit/rollout';
import { isOwned, otherOwners } from './ownership.ts';

/**
 * What has to change about a claim that exists: it may grow, and one that the original operator made is freed of its
 * owner, so that deleting the Rollout no longer deletes the data. Undefined when nothing has to.
 */
export function claimChange(
  live: ClusterObject,
  desired: ClusterObject,
  rollout: ClusterObject,
): { metadata?: object; spec?: object } | undefined {
  const change = {
    ...metadataChange(live, desired, rollout),
    ...growth(sizeOf(live), sizeOf(desired)),
  };
  return Object.keys(change).length === 0 ? undefined : change;
}

function metadataChange(
  live: ClusterObject,
  desired: ClusterObject,
  rollout: ClusterObject,
): { metadata?: object } {
  const labels = live.metadata.labels ?? {};
  const wanted = Object.entries(desired.metadata.labels ?? {});
  const missing = wanted.filter(([key, value]) => labels[key] !== value);
  const owned = isOwned(live, rollout);
  if (missing.length === 0 && !owned) return {};
  return {
    metadata: {
      ...(missing.length === 0 ? {} : { labels: Object.fromEntries(missing) }),
      ...(owned ? { ownerReferences: otherOwners(live, rollout) } : {}),
    },
  };
}

function growth(live: string, desired: string): { spec?: object } {
  if (desired === '' || compareQuantities(desired, live) <= 0) return {};
  return { spec: { resources: { requests: { storage: desired } } } };
}

function sizeOf(claim: ClusterObject): string {
  const spec = claim.spec as { resources?: { requests?: { storage?: string } } } | undefined;
  return spec?.resources?.requests?.storage ?? '';
}
