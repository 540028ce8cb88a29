import { API_VERSION, KIND, childLabels } from '../labels.ts';
import type { ObjectMeta, OwnerReference, RolloutResource } from '../resource.ts';

export function ownerReferenceOf(resource: RolloutResource): OwnerReference {
  return {
    apiVersion: API_VERSION,
    kind: KIND,
    name: resource.metadata.name,
    uid: resource.metadata.uid ?? '',
    controller: true,
    blockOwnerDeletion: true,
  };
}

/** Metadata of a child that goes when its Rollout goes. */
export function ownedMetadata(resource: RolloutResource, name: string): ObjectMeta {
  return {
    name,
    namespace: resource.metadata.namespace,
    labels: childLabels(resource.metadata),
    ownerReferences: [ownerReferenceOf(resource)],
  };
}
