import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AppError } from '@davit/domain';
import type { Address } from './command-line/values.ts';

/** Connections that may wait while the process is busy; Node's 511 loses some of a burst of 500 clients. */
const BACKLOG = 1024;
const HEADERS_MS = 60_000;
const REQUEST_MS = 5 * 60_000;
const SWEEP_MS = 20;

export interface Listening {
  /** `http://host:port` as a browser on this machine would write it */
  url: string;
  /** No new connections; those that are not done after `graceMs` are cut. */
  close(graceMs: number): Promise<void>;
}

/** Errors: `unavailable` when the address is taken or not allowed. */
export async function listen(handler: RequestListener, address: Address): Promise<Listening> {
  const server = createServer(
    { headersTimeout: HEADERS_MS, requestTimeout: REQUEST_MS, keepAliveTimeout: HEADERS_MS },
    handler,
  );
  await bind(server, address);
  const { port } = server.address() as AddressInfo;
  return { url: `http://${hostName(address.host)}:${port}`, close: (ms) => close(server, ms) };
}

function bind(server: Server, { host, port }: Address): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      reject(new AppError('unavailable', explain(cause, `${host}:${port}`), { cause }));
    });
    server.listen({ host, port, backlog: BACKLOG }, resolve);
  });
}

function explain({ code, message }: NodeJS.ErrnoException, address: string): string {
  if (code === 'EADDRINUSE') {
    return `Another process listens on ${address}. Stop it, or choose another address with --http.`;
  }
  if (code === 'EACCES') return `This user may not listen on ${address}. Choose a port above 1023.`;
  return `Cannot listen on ${address}: ${message}`;
}

function close(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    // A stream that ends leaves its connection open for the next request; that one must not be waited for.
    const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS);
    const cut = setTimeout(() => server.closeAllConnections(), graceMs);
    server.close(() => {
      clearInterval(sweep);
      clearTimeout(cut);
      resolve();
    });
  });
}

function hostName(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}
