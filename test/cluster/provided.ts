import { attach } from '@davit/testkit';
import type { Cluster } from '@davit/testkit';
import { inject } from 'vitest';

const provided = inject('cluster');

/** Why this run has no cluster; undefined where it has one. For `describe.skipIf(noCluster)`. */
export const noCluster: string | undefined = 'reason' in provided ? provided.reason : undefined;

/** The run's one cluster. */
export function theCluster(): Promise<Cluster> {
  if ('reason' in provided) throw new Error(provided.reason);
  return attach(provided.kubeconfig, provided.containerd);
}
