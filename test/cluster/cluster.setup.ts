import { AppError } from '@davit/domain';
import { available, cluster, type Cluster, loadTestImages, prepare } from '@davit/testkit';
import type { TestProject } from 'vitest/node';

/** What `inject('cluster')` answers: the run's one cluster, or why there is none. */
export type ProvidedCluster =
  | { readonly kubeconfig: string; readonly containerd: string | undefined }
  | { readonly reason: string };

declare module 'vitest' {
  interface ProvidedContext {
    cluster: ProvidedCluster;
  }
}

interface Shared {
  running: Promise<Cluster | { reason: string }>;
  users: number;
}

/** Two projects name this file; a bridge and iptables rules exist once on a host. */
const holder = globalThis as typeof globalThis & { davitTestCluster?: Shared };

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const shared = (holder.davitTestCluster ??= { running: start(), users: 0 });
  shared.users += 1;
  const running = await shared.running;
  if ('reason' in running) project.provide('cluster', running);
  else {
    const { kubeconfig, containerd } = running;
    project.provide('cluster', { kubeconfig, containerd });
  }
  return async () => {
    shared.users -= 1;
    if (shared.users > 0) return;
    delete holder.davitTestCluster;
    if (!('reason' in running)) await running[Symbol.asyncDispose]();
  };
}

async function start(): Promise<Cluster | { reason: string }> {
  await prepare();
  const { node } = available();
  if (node !== true) return skip(node.reason);
  const running = await cluster({ wait: 120_000 });
  try {
    await loadTestImages(running);
    return running;
  } catch (error) {
    await running[Symbol.asyncDispose]();
    if (AppError.is(error, 'unsupported')) return skip(error.message);
    throw error;
  }
}

function skip(reason: string): { reason: string } {
  console.error(`tests that need a cluster are skipped: ${reason}`);
  return { reason };
}
