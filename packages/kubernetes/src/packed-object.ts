import type { ClusterMeta, ClusterObject } from '@davit/domain';
import { adoptionOf } from './apply.ts';
import type { Adoption, ManagedFields } from './apply.ts';
import type { KubeObject } from './kube-object.ts';
import { projectObject } from './project-object.ts';
import type { ResourceType } from './resource-path.ts';
import { keyOf } from './store.ts';
import type { StoreEntry } from './store.ts';

/**
 * What the operator's caches keep of an object: JSON, a fraction of the size of the object that it stands for, of
 * which there are thousands that nobody looks at. Equal texts mean that nothing we look at changed.
 */
export interface PackedObject {
  /** without what the entry says: kind, name, uid, version */
  readonly text: string;
  /** keys of the Rollouts it concerns */
  readonly about: readonly string[];
  readonly adoption: Adoption;
}

interface Packing {
  type: Pick<ResourceType, 'apiVersion' | 'kind'>;
  about: (object: ClusterObject) => readonly string[];
}

/** A copy of its own for whoever asks. */
export function unpackObject(
  { key, uid, resourceVersion, value }: StoreEntry<PackedObject>,
  { apiVersion, kind }: Packing['type'],
): ClusterObject {
  const { metadata, ...parts } = JSON.parse(value.text) as { metadata: Partial<ClusterMeta> };
  const [namespace = '', name = ''] = key.split('/');
  const place = namespace === '' ? { name } : { name, namespace };
  return { apiVersion, kind, metadata: { ...metadata, ...place, uid, resourceVersion }, ...parts };
}

export function entryOf(object: KubeObject, packing: Packing): StoreEntry<PackedObject> {
  const { metadata } = object;
  return {
    key: keyOf(metadata),
    uid: metadata.uid ?? '',
    resourceVersion: metadata.resourceVersion ?? '',
    value: packObject(object, packing),
  };
}

export function packObject(object: KubeObject, { type, about }: Packing): PackedObject {
  const projected = projectObject(object, type);
  return {
    text: JSON.stringify(withoutPlace(projected)),
    about: about(projected),
    adoption: adoptionOf(object.metadata.managedFields as ManagedFields[] | undefined),
  };
}

/** What `JSON.stringify` leaves out need not be taken out. */
function withoutPlace(object: ClusterObject): object {
  const nowhere = { name: undefined, namespace: undefined, uid: undefined };
  const metadata = { ...object.metadata, ...nowhere };
  return { ...object, apiVersion: undefined, kind: undefined, metadata };
}
