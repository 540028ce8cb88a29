import type { ClusterObject, OwnerReference } from '@davit/domain';
import { LABELS } from '@davit/rollout';

/** Was the object made for this very Rollout? By Davit or by the original operator: both leave an ownerReference. */
export function isOwned(object: ClusterObject, rollout: ClusterObject): boolean {
  const { uid } = rollout.metadata;
  return (object.metadata.ownerReferences ?? []).some((owner) => owner.uid === uid);
}

/** Does it belong to a Rollout of the same name that is gone, and go with it? */
export function isOfPredecessor(object: ClusterObject, rollout: ClusterObject): boolean {
  const { name } = rollout.metadata;
  return otherOwners(object, rollout).some(
    (owner) => owner.kind === rollout.kind && owner.name === name,
  );
}

export function otherOwners(object: ClusterObject, rollout: ClusterObject): OwnerReference[] {
  const owners = object.metadata.ownerReferences ?? [];
  return owners.filter((owner) => owner.uid !== rollout.metadata.uid);
}

/** Does a claim hold the data of this Rollout, or of one of the same name that is gone? */
export function isClaimOf(claim: ClusterObject, rollout: ClusterObject): boolean {
  if (isOwned(claim, rollout)) return true;
  const labels = claim.metadata.labels ?? {};
  return (
    labels[LABELS.deploymentId] === rollout.metadata.name &&
    labels[LABELS.projectId] === rollout.metadata.namespace &&
    (claim.metadata.ownerReferences ?? []).length === 0
  );
}
