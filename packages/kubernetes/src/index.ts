export { loadInClusterConfig, loadKubeconfig } from './config.ts';
export type { ClusterConfig } from './config.ts';
export { KubeHttp } from './kube-http.ts';
export type {
  CallOptions,
  DeleteOptions,
  KubeHttpOptions,
  Method,
  PatchOptions,
  Query,
  RequestDone,
  RequestOptions,
  WatchEvent,
} from './kube-http.ts';
export { isAlreadyExists, isExpired } from './error.ts';
export { resourcePath } from './resource-path.ts';
export type { ResourcePathOptions, ResourceType } from './resource-path.ts';
export { Reflector } from './reflector.ts';
export type { Change, ReflectorOptions } from './reflector.ts';
export { keyOf, Store } from './store.ts';
export type { Indexer, StoreEntry } from './store.ts';
export type { KubeList, KubeMeta, KubeObject } from './kube-object.ts';
export { adoptFields, applyObject, createObject, FIELD_MANAGER } from './apply.ts';
export type { ApplyOptions } from './apply.ts';
export { EventRecorder } from './event-recorder.ts';
export type { EventDetails, EventRecorderOptions } from './event-recorder.ts';
export { KubeLease } from './lease.ts';
export type { KubeLeaseOptions } from './lease.ts';
export { OperatorCluster } from './operator-cluster.ts';
export type { OperatorClusterOptions } from './operator-cluster.ts';
export { isKnownKind, RESOURCES } from './resource-types.ts';
export type { KnownKind } from './resource-types.ts';
export { createKubernetesDriver } from './driver/kubernetes-driver.ts';
export type { KubernetesDriverOptions } from './driver/kubernetes-driver.ts';
