import type { AppError } from '@davit/domain';

/** Projections of Kubernetes objects: the parts that status is made from, and all a cache has to keep. */
export interface ObservedMeta {
  name: string;
  deletionTimestamp?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  generation?: number;
  ownerReferences?: { kind: string; name: string; uid: string }[];
}

export interface ObservedCondition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
}

export interface ObservedDeployment {
  metadata: ObservedMeta;
  spec: { replicas?: number };
  status?: {
    observedGeneration?: number;
    replicas?: number;
    updatedReplicas?: number;
    readyReplicas?: number;
    availableReplicas?: number;
    conditions?: ObservedCondition[];
  };
}

export interface ObservedReplicaSet {
  metadata: ObservedMeta;
  status?: { replicas?: number; conditions?: ObservedCondition[] };
}

interface ContainerState {
  waiting?: { reason?: string; message?: string };
  running?: { startedAt?: string };
  terminated?: { reason?: string; message?: string; exitCode?: number; signal?: number };
}

export interface ObservedContainerStatus {
  name: string;
  ready: boolean;
  restartCount: number;
  image: string;
  state?: ContainerState;
  lastState?: ContainerState;
}

export interface ObservedPod {
  metadata: ObservedMeta;
  spec: {
    containers: {
      name: string;
      image?: string;
      resources?: { requests?: Record<string, string>; limits?: Record<string, string> };
    }[];
  };
  status?: {
    phase?: string;
    reason?: string;
    message?: string;
    startTime?: string;
    conditions?: ObservedCondition[];
    containerStatuses?: ObservedContainerStatus[];
  };
}

export interface ObservedClaim {
  metadata: ObservedMeta;
  spec?: { storageClassName?: string };
  status?: { phase?: string };
}

export interface ObservedService {
  metadata: ObservedMeta;
  spec: { ports?: { port: number }[] };
}

/** What the cluster holds of one Rollout. */
export interface Observed {
  deployment?: ObservedDeployment;
  replicaSets?: ObservedReplicaSet[];
  pods: ObservedPod[];
  pvcs: ObservedClaim[];
  services: ObservedService[];
  /** why the children could not be applied */
  applyError?: AppError;
}
