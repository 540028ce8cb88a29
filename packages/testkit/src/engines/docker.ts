import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, existsSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { AppError } from '@davit/domain';
import { temporaryDirectory } from '../temporary-directory.ts';
import type { Availability } from './available.ts';
import { isRoot } from './debian.ts';
import { dockerApi } from './docker-api.ts';
import type { DockerOrder, DockerSupervisorMessage } from './docker-supervisor.ts';
import { findOnPath } from './programs.ts';

/** A Docker that runs containers. */
export interface DockerEngine extends AsyncDisposable {
  /** as in `DOCKER_HOST` */
  readonly host: string;
  /** the same over TCP on the loopback address, for `faultProxy` */
  readonly url: string;
  loadImage(image: { name: string; path: string }): Promise<void>;
  /** one call of the Docker API; throws when it is refused */
  api<T = unknown>(method: string, path: string, body?: object): Promise<T>;
  /** uploads an image to the registry in its name */
  push(name: string, account: { username: string; password: string }): Promise<void>;
  /** dockerd itself; undefined where it is not the test's own */
  readonly daemon: DockerDaemon | undefined;
}

export interface DockerDaemon {
  /** `kill -9` */
  crash(): Promise<void>;
  /** again, after a crash; resolves when it answers */
  start(): Promise<void>;
}

export interface DockerEngineOptions {
  /** containers run on while dockerd is restarted; false where absent, as dockerd comes */
  liveRestore?: boolean;
}

/** `true`, or why there is no Docker to test on. */
export function dockerAvailable(): Availability {
  if (process.env['DOCKER_HOST']) return true;
  if (process.platform !== 'linux') return { reason: 'a test dockerd needs Linux, or DOCKER_HOST' };
  if (!isRoot()) return { reason: 'a test dockerd needs root, or an existing one: DOCKER_HOST=…' };
  if (findOnPath('dockerd') === undefined) {
    const command = 'apt-get install -y --no-install-recommends docker.io';
    return { reason: `the Docker tests need dockerd (run as root: ${command})` };
  }
  return true;
}

let told = false;

/** Whether there is a Docker, for `describe.runIf`. Prints the reason once where there is none. */
export function hasDocker(): boolean {
  const found = dockerAvailable();
  if (found === true) return true;
  if (!told) console.error(`skipped: ${found.reason}`);
  told = true;
  return false;
}

/**
 * A dockerd of the test's own (it changes no firewall rule and has no default bridge), or the one at `DOCKER_HOST`.
 * A supervisor process ends it when it is disposed or when this process goes. Throws `unsupported`, `unavailable`.
 */
export async function dockerEngine(options: DockerEngineOptions = {}): Promise<DockerEngine> {
  const available = dockerAvailable();
  if (available !== true) throw new AppError('unsupported', available.reason);
  const existing = process.env['DOCKER_HOST'];
  if (existing) return describe(existing, { stop: () => Promise.resolve(), daemon: undefined });
  const directory = await temporaryDirectory('docker');
  const args = [directory.path, ...(options.liveRestore ? ['--live-restore'] : [])];
  const child = fork(join(import.meta.dirname, 'docker-supervisor.ts'), args, {
    detached: true,
    execArgv: [],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  child.stderr?.pipe(createWriteStream(join(directory.path, 'supervisor.log')));
  const ended = once(child, 'exit');
  const answered = async (): Promise<void> => {
    const [message] = (await Promise.race([
      once(child, 'message'),
      ended.then(([code]) => [{ failed: `the supervisor ended with ${code}` }]),
    ])) as [DockerSupervisorMessage];
    if ('failed' in message) throw new AppError('unavailable', message.failed);
  };
  const order = (what: DockerOrder): Promise<void> => {
    child.send(what);
    return answered();
  };
  await answered();
  child.unref();
  child.channel?.unref();
  const stop = async (): Promise<void> => {
    child.ref();
    if (child.connected) child.send('stop' satisfies DockerOrder);
    await ended;
    if (existsSync(directory.path)) await directory[Symbol.asyncDispose]();
  };
  const daemon = { crash: () => order('crash'), start: () => order('start') };
  return describe(`unix://${join(directory.path, 'docker.sock')}`, { stop, daemon });
}

interface Described {
  stop: () => Promise<void>;
  daemon: DockerDaemon | undefined;
}

async function describe(host: string, { stop, daemon }: Described): Promise<DockerEngine> {
  const address = host.replace(/^unix:\/\//, '');
  const { server, sockets } = await relayTo(address);
  return {
    host,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async loadImage({ path }) {
      await dockerApi(address, 'POST', { path: '/images/load?quiet=1', file: path });
    },
    daemon,
    async push(name, account) {
      const encoded = Buffer.from(JSON.stringify(account)).toString('base64');
      // Docker wants the padding that Node's base64url leaves out
      const auth = encoded.replaceAll('+', '-').replaceAll('/', '_');
      const [, repository = '', tag = ''] = /^(.*):([^:]*)$/.exec(name) ?? [];
      const path = `/images/${repository}/push?tag=${tag}`;
      await dockerApi(address, 'POST', { path, headers: { 'X-Registry-Auth': auth } });
    },
    api: (method, path, body) => dockerApi(address, method, { path, ...(body && { body }) }),
    async [Symbol.asyncDispose]() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await stop();
    },
  };
}

/** Docker's socket as a TCP port: what breaks connections in tests works on TCP. */
async function relayTo(address: string): Promise<{ server: Server; sockets: Set<Socket> }> {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const { hostname, port } = address.startsWith('tcp://')
      ? new URL(address)
      : { hostname: '', port: '' };
    const options = { allowHalfOpen: true };
    const engine =
      port === ''
        ? connect({ path: address, ...options })
        : connect({ host: hostname, port: Number(port), ...options });
    client.pipe(engine).pipe(client);
    for (const [one, other] of [
      [client, engine],
      [engine, client],
    ] as const) {
      sockets.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
    }
  }).listen(0, '127.0.0.1');
  server.unref();
  await once(server, 'listening');
  return { server, sockets };
}
