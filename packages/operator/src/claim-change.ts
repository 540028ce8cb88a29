import type { ClusterObject } from '@davit/domain';
import { compareQuantities } from '@davit/rollout';
import { isOwned, otherOwners } from './ownership.ts';

/**
 * What has to change about a claim that exists: it may grow, and it is freed of its owner (the original operator gave
 * every claim one), so that deleting the Rollout does not delete the data; or gets it, where that is asked for.
 * Undefined when nothing has to.
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
  const owners = desired.metadata.ownerReferences ?? [];
  const moves = owned !== owners.length > 0;
  if (missing.length === 0 && !moves) return {};
  return {
    metadata: {
      ...(missing.length === 0 ? {} : { labels: Object.fromEntries(missing) }),
      ...(moves ? { ownerReferences: [...otherOwners(live, rollout), ...owners] } : {}),
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
