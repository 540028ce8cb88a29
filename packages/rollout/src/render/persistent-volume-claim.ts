import { LABELS, childLabels } from '../labels.ts';
import { claimName } from '../names.ts';
import { canonicalQuantity } from '../quantity.ts';
import { ownerReferenceOf } from './metadata.ts';
import type { Child, RolloutResource } from '../resource.ts';
import type { RolloutVolume } from '../schema/spec.ts';

/**
 * A claim outlives its Rollout: it has no owner, so that neither stopping nor removing an app destroys its data,
 * unless `reclaim: Delete` says so.
 * Of one that exists only the size may change, and only upwards.
 */
export function renderPersistentVolumeClaim(
  resource: RolloutResource,
  volume: RolloutVolume,
): Child {
  const { name, namespace } = resource.metadata;
  const storageClass = volume.storageClass ?? '';
  const owned = volume.reclaim === 'Delete';
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      name: claimName(name, volume.name),
      namespace,
      labels: { ...childLabels(resource.metadata), [LABELS.retained]: String(!owned) },
      ...(owned ? { ownerReferences: [ownerReferenceOf(resource)] } : {}),
    },
    spec: {
      accessModes: [volume.accessMode ?? 'ReadWriteOnce'],
      resources: { requests: { storage: canonicalQuantity(volume.size) } },
      // '' would switch provisioning off; whoever leaves it empty wants the default class
      ...(storageClass === '' ? {} : { storageClassName: storageClass }),
    },
  };
}
