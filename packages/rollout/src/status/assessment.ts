import type { Phase } from '@davit/domain';

export interface Replicas {
  desired: number;
  existing: number;
  updated: number;
  ready: number;
  available: number;
}

export interface Assessment {
  phase: Phase;
  /** '' when Running */
  reason: string;
  message: string;
  /** nobody needs to do anything about it: the cluster is at it */
  heals?: boolean;
  replicas: Replicas;
}

export type Verdict = Omit<Assessment, 'replicas'>;
