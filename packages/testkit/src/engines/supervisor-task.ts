import type { ControlPlaneOptions } from './start-control-plane.ts';

/** What a supervisor process is asked to run. */
export interface SupervisorTask extends ControlPlaneOptions {
  readonly directory: string;
  readonly node: boolean;
  /** milliseconds to wait for another cluster on this host to go */
  readonly wait: number;
}

/** What it answers, once. */
export type SupervisorMessage =
  | { started: { kubeconfig: string; url: string; token: string; containerd?: string } }
  | { failed: string };
