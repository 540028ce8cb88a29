import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readKubeconfig, renderKubeconfig } from './engines/kubeconfig.ts';
import { TcpRelay } from './tcp-relay.ts';
import { temporaryDirectory } from './temporary-directory.ts';

/** A server to stand in front of: its URL, and a kubeconfig where it is an API server. */
export interface ProxyTarget {
  readonly url: string;
  /** one that testkit wrote (of `controlPlane`, `cluster` or another proxy) */
  readonly kubeconfig?: string | undefined;
}

/** A network path that can be broken. A switch stays until `restore`. */
export interface FaultProxy extends AsyncDisposable {
  readonly url: string;
  /** a copy of the target's kubeconfig that points here; undefined where the target has none */
  readonly kubeconfig: string | undefined;
  /** connections that are open now */
  readonly connections: number;
  /** refuses new connections; open ones live on */
  refuse(): void;
  /** resets all open connections; new ones work */
  reset(): void;
  /** accepts connections, forwards nothing in either direction */
  hang(): void;
  /** forwards every piece so many milliseconds late, of each connection one after the other */
  delay(ms: number): void;
  /** works again; what hung is forwarded now */
  restore(): Promise<void>;
}

/** A TCP proxy in front of a real server: TLS passes through untouched. */
export async function faultProxy(target: ProxyTarget): Promise<FaultProxy> {
  const relay = new TcpRelay(new URL(target.url));
  await relay.restore();
  const address = new URL(target.url);
  address.hostname = '127.0.0.1';
  address.port = String(relay.port);
  const url = address.href.replace(/\/$/, '');
  const directory = await temporaryDirectory('proxy');
  return {
    url,
    kubeconfig: await copyKubeconfig(target.kubeconfig, url, directory.path),
    get connections() {
      return relay.connections;
    },
    refuse: () => relay.refuse(),
    reset: () => relay.reset(),
    hang: () => relay.hang(true),
    delay: (ms) => relay.delay(ms),
    restore: () => relay.restore(),
    async [Symbol.asyncDispose]() {
      relay.refuse();
      relay.reset();
      await directory[Symbol.asyncDispose]();
    },
  };
}

async function copyKubeconfig(
  original: string | undefined,
  url: string,
  directory: string,
): Promise<string | undefined> {
  const connection = original === undefined ? undefined : readKubeconfig(original);
  if (!connection) return undefined;
  const path = join(directory, 'kubeconfig');
  await writeFile(path, renderKubeconfig({ ...connection, url }), { mode: 0o600 });
  return path;
}
