import type { RolloutSpec } from './schema/spec.ts';
import type { RolloutStatus } from './schema/status.ts';

export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

export interface ObjectMeta {
  name: string;
  namespace: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: OwnerReference[];
}

/** The Rollout custom resource as the API server gives it. */
export interface RolloutResource {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  spec: RolloutSpec;
  status?: RolloutStatus;
}

/** A rendered object: what an apply request sends. */
export interface Child {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  [field: string]: unknown;
}

/** What renderers need to know of the Deployment that exists. */
export interface LiveDeployment {
  metadata: { annotations?: Record<string, string>; generation?: number };
  spec: { template: PodTemplate };
  status?: {
    observedGeneration?: number;
    replicas?: number;
    updatedReplicas?: number;
    availableReplicas?: number;
  };
}

/** What renderers need to know of a Service that exists. */
export interface LiveService {
  metadata: { name: string };
  spec?: { ports?: { name?: string; targetPort?: number | string }[] };
}

export interface PodTemplate {
  metadata?: { labels?: Record<string, string>; annotations?: Record<string, string> };
  spec: Record<string, unknown>;
}
