import type { AppError } from '@davit/domain';
import type { Revision } from './revision.ts';

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
  /** of autoscalers only: of the others it changes though nothing does */
  lastTransitionTime?: string;
}

export interface ObservedDeployment {
  metadata: ObservedMeta;
  spec: { replicas?: number; template?: { spec: { containers: ObservedContainer[] } } };
  status?: {
    observedGeneration?: number;
    replicas?: number;
    updatedReplicas?: number;
    readyReplicas?: number;
    availableReplicas?: number;
    conditions?: ObservedCondition[];
  };
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

interface ObservedContainer {
  name: string;
  image?: string;
  resources?: { requests?: Record<string, string>; limits?: Record<string, string> };
}

export interface ObservedPod {
  metadata: ObservedMeta;
  spec: {
    containers: ObservedContainer[];
    /** sidecars among them */
    initContainers?: ObservedContainer[];
  };
  status?: {
    phase?: string;
    reason?: string;
    message?: string;
    startTime?: string;
    conditions?: ObservedCondition[];
    containerStatuses?: ObservedContainerStatus[];
    initContainerStatuses?: ObservedContainerStatus[];
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

export interface ObservedIngress {
  metadata: ObservedMeta;
  spec?: { rules?: { host?: string }[] };
  status?: { loadBalancer?: { ingress?: unknown[] } };
}

export interface ObservedAutoscaler {
  metadata: ObservedMeta;
  status?: { conditions?: ObservedCondition[] };
}

export interface ObservedJob {
  metadata: ObservedMeta;
  status?: {
    active?: number;
    ready?: number;
    succeeded?: number;
    failed?: number;
    conditions?: ObservedCondition[];
  };
}

export interface ObservedCronJob {
  metadata: ObservedMeta;
  status?: { active?: unknown[]; lastScheduleTime?: string; lastSuccessfulTime?: string };
}

/** What the cluster holds of one Rollout. */
export interface Observed {
  deployment?: ObservedDeployment;
  pods: ObservedPod[];
  pvcs: ObservedClaim[];
  services: ObservedService[];
  ingresses?: ObservedIngress[];
  autoscaler?: ObservedAutoscaler;
  /** of a Rollout in mode `job`, and of cron jobs that were started by hand */
  jobs?: ObservedJob[];
  cronJobs?: ObservedCronJob[];
  /** the spec that worked before, where one is kept */
  revision?: Revision;
  /** it runs in place of the current spec */
  rolledBack?: boolean;
  /** spec paths the cluster cannot make anything of: its API lacks the kind */
  unrendered?: string[];
  /** why the children could not be applied */
  applyError?: AppError;
}
