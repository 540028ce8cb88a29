/** A Kubernetes object, or as much of one as a cache keeps. */
export interface ClusterObject {
  apiVersion: string;
  kind: string;
  metadata: ClusterMeta;
  [part: string]: unknown;
}

export interface ClusterMeta {
  name: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: OwnerReference[];
  /** RFC 3339 */
  creationTimestamp?: string;
  deletionTimestamp?: string;
}

export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

/**
 * The cluster as the operator sees and changes it. Reads without a signal come from caches and may be a moment old.
 * Writes throw `conflict` (reason `NotLeader`, `AlreadyExists` or `Conflict`), `invalid` (`data` by field path),
 * `forbidden`, `not_found`, `rate_limited`, `unavailable`, `timeout`.
 */
export interface RolloutCluster {
  /** the Rollout `namespace/name` */
  rollout(key: string): ClusterObject | undefined;
  /** Objects that carry the Rollout's labels or its ownerReference, pods included. */
  children(rollout: ClusterObject): ClusterObject[];
  /** The cached object of this kind and name; undefined where it is absent or not one a cache keeps. */
  find(object: ClusterObject): ClusterObject | undefined;
  /** The object of this kind and name as it is right now, whoever it belongs to. */
  read(object: ClusterObject, signal: AbortSignal): Promise<ClusterObject | undefined>;
  /** Does the API server have this kind? Some come with extensions a cluster may lack. */
  serves(kind: string): boolean;
  /** What the label of this namespace says about the network policy of Rollouts that do not say it themselves. */
  networkPolicy(namespace: string): string | undefined;
  /** Fails with `conflict`, reason `AlreadyExists`, where the name is taken. */
  create(object: ClusterObject, signal: AbortSignal): Promise<void>;
  /**
   * Sets the given fields and removes those given before and not now; leaves everybody else's alone. Fails with
   * `conflict` where a resourceVersion is given and the object has another one by now.
   */
  apply(object: ClusterObject, signal: AbortSignal): Promise<void>;
  /** Merges a change into the object as it was read (by resourceVersion); null removes a field. */
  patch(object: ClusterObject, change: unknown, signal: AbortSignal): Promise<void>;
  /** Would the API server take this object if there was none of its name? Nothing changes. */
  accepts(object: ClusterObject, signal: AbortSignal): Promise<boolean>;
  /** Deletes this very object (by uid); one that is gone already is no error. */
  remove(object: ClusterObject, signal: AbortSignal): Promise<void>;
  /** Merges into the Rollout's status; null removes a field. Answers the status as it is kept: all of it, or less. */
  patchStatus(rollout: ClusterObject, status: unknown, signal: AbortSignal): Promise<unknown>;
  /** An event on the Rollout; best effort. */
  event(
    rollout: ClusterObject,
    event: { type: 'Normal' | 'Warning'; reason: string; message: string },
  ): void;
}
