/** The part of an object's metadata that this package reads. */
export interface KubeMeta {
  name: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: { uid: string; kind: string; name: string; controller?: boolean }[];
  deletionTimestamp?: string;
  creationTimestamp?: string;
  generation?: number;
  managedFields?: unknown;
}

export interface KubeObject {
  apiVersion?: string;
  kind?: string;
  metadata: KubeMeta;
}

export interface KubeList<T> {
  metadata: { resourceVersion?: string; continue?: string };
  items?: T[];
}
