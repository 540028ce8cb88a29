import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { run } from '../run.ts';
import { dockerApi } from './docker-api.ts';
import { Processes } from './processes.ts';
import { findOnPath } from './programs.ts';

/** What the supervisor answers: once after its start, and to every `DockerOrder` but `stop`. */
export type DockerSupervisorMessage = { done: true } | { failed: string };

/** `crash` is SIGKILL for dockerd alone; containers and what keeps them live on. */
export type DockerOrder = 'crash' | 'start' | 'stop';

const START_MS = 60_000;

/**
 * The process behind one dockerd. It ends dockerd, its containers and its bridges when it is told to or when its
 * parent is gone, however the parent went: the channel between them closes with either.
 */
class DockerSupervisor {
  readonly #directory: string;
  readonly #socket: string;
  readonly #processes: Processes;
  readonly #liveRestore: boolean;
  #stopping: Promise<void> | undefined;

  constructor(directory: string, { liveRestore }: { liveRestore: boolean }) {
    this.#directory = directory;
    this.#liveRestore = liveRestore;
    this.#socket = join(directory, 'docker.sock');
    this.#processes = new Processes(directory);
  }

  async start(): Promise<void> {
    const folder = (name: string): string => {
      const path = join(this.#directory, name);
      mkdirSync(path, { recursive: true });
      return path;
    };
    this.#processes.start('dockerd', findOnPath('dockerd') ?? 'dockerd', [
      ...['--host', `unix://${this.#socket}`, '--data-root', folder('data')],
      ...['--exec-root', folder('exec'), '--pidfile', join(this.#directory, 'dockerd.pid')],
      // the host's rules and routes are somebody else's: bridges alone make host and containers meet
      ...['--bridge', 'none', '--iptables=false', '--ip6tables=false', '--ip-forward=false'],
      ...['--ip-masq=false', '--userland-proxy=false'],
      ...(this.#liveRestore ? ['--live-restore'] : []),
    ]);
    const deadline = Date.now() + START_MS;
    for (;;) {
      this.#processes.signal.throwIfAborted();
      const answers = await dockerApi(this.#socket, 'GET', '/_ping').then(
        () => true,
        () => false,
      );
      if (answers) return;
      if (Date.now() > deadline) throw new Error('dockerd did not answer in time');
      await sleep(100);
    }
  }

  async crash(): Promise<void> {
    await this.#processes.crash('dockerd');
    // its containerd dies with it; where nobody reaps that one, the next dockerd would take it to be alive
    rmSync(join(this.#directory, 'exec/containerd/containerd.pid'), { force: true });
  }

  stop(): Promise<void> {
    return (this.#stopping ??= this.#stop());
  }

  async #stop(): Promise<void> {
    await this.#empty().catch(() => undefined);
    await this.#processes.kill();
    await this.#killShims();
    await this.#unmount();
    rmSync(this.#directory, { recursive: true, force: true, maxRetries: 5 });
  }

  /** While dockerd still answers: containers first, since networks with members cannot go. */
  async #empty(): Promise<void> {
    const list = (path: string) =>
      dockerApi<{ Id: string; Name?: string }[]>(this.#socket, 'GET', path);
    const containers = await list('/containers/json?all=1');
    await Promise.allSettled(
      containers.map(({ Id }) =>
        dockerApi(this.#socket, 'DELETE', `/containers/${Id}?force=1&v=1`),
      ),
    );
    for (const { Id, Name } of await list('/networks')) {
      if (Name === 'host' || Name === 'none') continue;
      await dockerApi(this.#socket, 'DELETE', `/networks/${Id}`).catch(() => undefined);
    }
  }

  /** containerd and its shims outlive a dockerd that is killed; they carry the folder on their command line. */
  async #killShims(): Promise<void> {
    const listed = await run('ps', ['-eo', 'pid=,args=']).catch(() => '');
    for (const line of listed.split('\n')) {
      const [, pid = '', args = ''] = /^\s*(\d+) (.*)$/.exec(line) ?? [];
      const isOurs = args.includes('containerd') && args.includes(`${this.#directory}/exec/`);
      if (!isOurs) continue;
      try {
        process.kill(Number(pid), 'SIGKILL');
      } catch {
        // gone meanwhile
      }
    }
    await sleep(100);
  }

  async #unmount(): Promise<void> {
    const mounts = readFileSync('/proc/mounts', 'utf8')
      .split('\n')
      .map((line) => line.split(' ')[1] ?? '')
      .filter((path) => path.startsWith(`${this.#directory}/`));
    for (const path of mounts.sort().reverse()) {
      await run('umount', ['-l', path]).catch(() => undefined);
    }
  }
}

async function supervise(directory: string, liveRestore: boolean): Promise<void> {
  const supervisor = new DockerSupervisor(directory, { liveRestore });
  const end = (): void => {
    void supervisor.stop().finally(() => process.exit());
  };
  process.once('disconnect', end);
  process.once('SIGTERM', end).once('SIGINT', end).once('SIGHUP', end);
  const tell = (message: DockerSupervisorMessage, done: () => void): void => {
    process.send?.(message, undefined, {}, done);
  };
  const follow = async (order: DockerOrder): Promise<void> => {
    if (order === 'stop') return end();
    try {
      await supervisor[order]();
      tell({ done: true }, () => undefined);
    } catch (error) {
      tell({ failed: String(error) }, () => undefined);
    }
  };
  process.on('message', (order: DockerOrder) => void follow(order));
  try {
    await supervisor.start();
    tell({ done: true }, () => undefined);
  } catch (error) {
    const failed = error instanceof Error ? error.message : String(error);
    await supervisor.stop();
    tell({ failed }, () => process.exit(1));
  }
}

await supervise(process.argv[2] ?? '', process.argv.includes('--live-restore'));
