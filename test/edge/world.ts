import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EdgeStatus, Logger, Route, RouteTable } from '@davit/domain';
import {
  createEdge,
  createEdgeClient,
  type Edge,
  type EdgeClient,
  type EdgeOptions,
} from '@davit/edge';
import { temporaryDirectory } from '@davit/testkit';

/** An instance that answers with its name. */
export interface App extends AsyncDisposable {
  readonly id: string;
  readonly address: string;
  readonly server: Server;
  /** requests so far */
  readonly seen: {
    method: string;
    url: string;
    headers: NodeJS.Dict<string | string[]>;
    body: string;
  }[];
}

export async function app(id: string, listener?: RequestListener): Promise<App> {
  const seen: App['seen'] = [];
  const server = createServer({ keepAliveTimeout: 30_000 }, (request, response) => {
    if (listener) return listener(request, response);
    let body = '';
    request.setEncoding('latin1').on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      seen.push({ method: request.method!, url: request.url!, headers: request.headers, body });
      response.end(id);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    id,
    address,
    server,
    seen,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await Promise.resolve();
    },
  };
}

export interface World extends AsyncDisposable {
  readonly edge: Edge;
  readonly client: EdgeClient;
  readonly directory: string;
  readonly options: EdgeOptions;
  readonly port: number;
  readonly url: string;
  readonly logs: string[];
  /** a table with the next generation */
  put(routes: Partial<Route>[], more?: Partial<RouteTable>): Promise<{ generation: number }>;
  status(): Promise<EdgeStatus>;
}

export const signal = (): AbortSignal => AbortSignal.timeout(30_000);

export function aRoute(route: Partial<Route>): Route {
  const host = route.host ?? 'a.test';
  const path = route.path ?? '/';
  const base = { id: `${host}${path}`, host, path, targets: [], state: 'active' as const };
  return { ...base, app: { projectId: 'p', deploymentId: 'd' }, ...route };
}

export function memoryLogger(lines: string[]): Logger {
  const logger: Logger = {
    log: (level, message) => void lines.push(`${level} ${message}`),
    with: () => logger,
  };
  return logger;
}

export async function world(options: Partial<EdgeOptions> = {}): Promise<World> {
  const directory = await temporaryDirectory('edge');
  const logs: string[] = [];
  const full: EdgeOptions = {
    http: [{ host: '127.0.0.1', port: 0 }],
    controlSocket: join(directory.path, 'edge.sock'),
    stateFile: join(directory.path, 'routes.json'),
    logger: memoryLogger(logs),
    ...options,
  };
  const edge = await createEdge(full);
  const client = createEdgeClient(full.controlSocket);
  const port = edge.addresses.http[0]!.port;
  let generation = edge.status().generation;
  return {
    edge,
    client,
    directory: directory.path,
    options: full,
    port,
    url: `http://127.0.0.1:${port}`,
    logs,
    put: (routes, more = {}) =>
      client.put(
        { generation: ++generation, routes: routes.map(aRoute), ...more },
        { signal: signal() },
      ),
    status: () => client.inForce({ signal: signal() }),
    async [Symbol.asyncDispose]() {
      await edge[Symbol.asyncDispose]();
      await directory[Symbol.asyncDispose]();
    },
  };
}

/** A client that writes its own bytes. */
export interface RawClient extends AsyncDisposable {
  readonly socket: Socket;
  /** all it received so far */
  text(): string;
  send(bytes: string): void;
  /** waits until what was received matches */
  until(pattern: RegExp, ms?: number): Promise<RegExpExecArray>;
  /** the connection is over */
  readonly closed: Promise<void>;
}

export async function rawClient(port: number, bytes = ''): Promise<RawClient> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  let received = '';
  socket.setEncoding('latin1').on('data', (chunk: string) => (received += chunk));
  socket.on('error', () => {});
  socket.on('end', () => socket.end());
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  await once(socket, 'connect');
  socket.write(bytes, 'latin1');
  return {
    socket,
    closed,
    text: () => received,
    send: (more) => void socket.write(more, 'latin1'),
    async until(pattern, ms = 10_000) {
      const limit = performance.now() + ms;
      for (;;) {
        const match = pattern.exec(received);
        if (match) return match;
        if (performance.now() > limit) throw new Error(`no ${String(pattern)} in: ${received}`);
        await sleep(5);
      }
    },
    async [Symbol.asyncDispose]() {
      socket.destroy();
      await closed;
    },
  };
}

export const request = (path = '/', ...headers: string[]): string =>
  [`GET ${path} HTTP/1.1`, 'Host: a.test', ...headers, '', ''].join('\r\n');

/** One request on a connection of its own; all that came back. */
export async function exchange(port: number, bytes: string): Promise<string> {
  await using client = await rawClient(port, bytes);
  await client.closed;
  return client.text();
}
