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
import type { DockerSupervisorMessage } from './docker-supervisor.ts';
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
export async function dockerEngine(): Promise<DockerEngine> {
  const available = dockerAvailable();
  if (available !== true) throw new AppError('unsupported', available.reason);
  const existing = process.env['DOCKER_HOST'];
  if (existing) return describe(existing, () => Promise.resolve());
  const directory = await temporaryDirectory('docker');
  const child = fork(join(import.meta.dirname, 'docker-supervisor.ts'), [directory.path], {
    detached: true,
    execArgv: [],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  child.stderr?.pipe(createWriteStream(join(directory.path, 'supervisor.log')));
  const ended = once(child, 'exit');
  const [message] = (await Promise.race([
    once(child, 'message'),
    ended.then(([code]) => [{ failed: `the supervisor ended with ${code}` }]),
  ])) as [DockerSupervisorMessage];
  if ('failed' in message) throw new AppError('unavailable', message.failed);
  child.unref();
  child.channel?.unref();
  return describe(`unix://${join(directory.path, 'docker.sock')}`, async () => {
    child.ref();
    if (child.connected) child.send('stop');
    await ended;
    if (existsSync(directory.path)) await directory[Symbol.asyncDispose]();
  });
}

async function describe(host: string, stop: () => Promise<void>): Promise<DockerEngine> {
  const address = host.replace(/^unix:\/\//, '');
  const { server, sockets } = await relayTo(address);
  return {
    host,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async loadImage({ path }) {
      await dockerApi(address, 'POST', { path: '/images/load?quiet=1', file: path });
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
