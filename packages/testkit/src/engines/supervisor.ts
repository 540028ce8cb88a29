import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '@davit/domain';
import { KubeApi } from './kube-api.ts';
import { isLock, type Lock, takeLock } from './lock.ts';
import { Processes } from './processes.ts';
import { provisionVolumes } from './provision-volumes.ts';
import { clearAbandoned, type HostBefore, observeHost, removeNode } from './remove-node.ts';
import { startControlPlane } from './start-control-plane.ts';
import { startNode } from './start-node.ts';
import type { SupervisorMessage, SupervisorTask } from './supervisor-task.ts';

const NODE_LOCK = '/run/davit-test-node.lock';

/**
 * The process behind one engine. It starts the programs, and ends them when it is told to or when
 * its parent is gone, however the parent went: the channel between them closes with either.
 */
class Supervisor {
  readonly #task: SupervisorTask;
  readonly #processes: Processes;
  #lock: Lock | undefined;
  #before: HostBefore | undefined;
  #stopping: Promise<void> | undefined;

  constructor(task: SupervisorTask) {
    this.#task = task;
    this.#processes = new Processes(task.directory);
  }

  async start(): Promise<SupervisorMessage> {
    const { directory, node, wait } = this.#task;
    if (node) await this.#reserveHost(directory, wait);
    const options = { ...this.#task, forPods: node };
    const controlPlane = await startControlPlane(this.#processes, options);
    const { kubeconfig, url, token } = controlPlane;
    if (!node) return { started: { kubeconfig, url, token } };
    const { containerd } = await startNode(this.#processes, controlPlane, directory);
    void provisionVolumes(new KubeApi(controlPlane), directory, this.#processes.signal);
    return { started: { kubeconfig, url, token, containerd } };
  }

  stop(): Promise<void> {
    return (this.#stopping ??= this.#stop());
  }

  async #reserveHost(directory: string, wait: number): Promise<void> {
    const lock = await takeLock(NODE_LOCK, directory, wait);
    if (!isLock(lock)) {
      const where = `process ${lock.pid}, ${lock.directory}`;
      const use = `DAVIT_TEST_KUBECONFIG=${join(lock.directory, 'kubeconfig')}`;
      const why = `a test cluster runs on this host already (${where})`;
      throw new AppError('unavailable', `${why}: stop it, or use it with ${use}`);
    }
    this.#lock = lock;
    if (lock.abandoned) await clearAbandoned(lock.abandoned.directory);
    this.#before = observeHost(directory);
  }

  async #stop(): Promise<void> {
    await this.#processes.kill();
    const { directory } = this.#task;
    if (this.#before) await removeNode(directory, this.#before);
    rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
    this.#lock?.[Symbol.dispose]();
  }
}

async function supervise(task: SupervisorTask): Promise<void> {
  const supervisor = new Supervisor(task);
  const end = (): void => {
    void supervisor.stop().finally(() => process.exit());
  };
  process.once('disconnect', end).once('message', end);
  process.once('SIGTERM', end).once('SIGINT', end).once('SIGHUP', end);
  try {
    tellParent(await supervisor.start(), () => undefined);
  } catch (error) {
    const failed = error instanceof Error ? error.message : String(error);
    await supervisor.stop();
    tellParent({ failed }, () => process.exit(1));
  }
}

/** The callback takes the error of a channel that is closed already; `disconnect` deals with that. */
function tellParent(message: SupervisorMessage, done: () => void): void {
  process.send?.(message, undefined, {}, done);
}

await supervise(JSON.parse(process.argv[2] ?? '{}') as SupervisorTask);
