import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { SecureContext, SecureContextOptions, TlsOptions } from 'node:tls';
import { AppError } from '@davit/domain';
import { ListeningSockets } from '@davit/edge/listening-sockets';
import type { MessageClasses } from '@davit/http';
import type { Address } from './command-line/values.ts';

const HEADERS_MS = 60_000;
const REQUEST_MS = 5 * 60_000;
const HANDSHAKE_MS = 15_000;
const SWEEP_MS = 20;

export interface ListenOptions {
  address: Address;
  /** the one to change when the address cannot be had */
  flag: '--http' | '--https' | '--metrics';
  /** makes it HTTPS; answers undefined where a name has no certificate */
  contextOf?: (name: string) => SecureContext | undefined;
  /** what clients call it, where that is not the address */
  name?: string;
  /** what requests and responses are made of */
  messages?: MessageClasses;
}

export interface Listening {
  /** `http://host:port` as a browser on this machine would write it */
  url: string;
  port: number;
  /** No new connections; those that are not done after `graceMs` are cut. */
  close(graceMs: number): Promise<void>;
}

/** Errors: `unavailable` when the address is taken or not allowed. */
export async function listen(handler: RequestListener, options: ListenOptions): Promise<Listening> {
  const { address, contextOf, name = hostName(address.host), messages } = options;
  const common = { ...COMMON, ...messages };
  const server = contextOf
    ? createSecureServer({ ...common, ...tls(contextOf) }, handler)
    : createServer(common, handler);
  const sockets = new ListeningSockets(server);
  await sockets.open(address).catch((cause: NodeJS.ErrnoException) => {
    throw new AppError('unavailable', explain(cause, options), { cause });
  });
  const { port } = sockets.address ?? address;
  const origin = contextOf ? `https://${name}` : `http://${name}`;
  const url = contextOf && port === 443 ? origin : `${origin}:${port}`;
  return { url, port, close: (ms) => close({ server, sockets }, ms) };
}

const COMMON = {
  headersTimeout: HEADERS_MS,
  requestTimeout: REQUEST_MS,
  keepAliveTimeout: HEADERS_MS,
  // a request that announces no body has ended when it begins
  optimizeEmptyRequests: true,
};

function tls(
  contextOf: (name: string) => SecureContext | undefined,
): SecureContextOptions & TlsOptions {
  return {
    ALPNProtocols: ['http/1.1'],
    minVersion: 'TLSv1.2',
    handshakeTimeout: HANDSHAKE_MS,
    SNICallback: (name, done) => {
      const context = contextOf(name);
      if (context) done(null, context);
      else done(new Error('no certificate for this name'));
    },
  };
}

function explain(
  { code, message }: NodeJS.ErrnoException,
  { address: { host, port }, flag }: ListenOptions,
): string {
  const address = `${host}:${port}`;
  if (code === 'EADDRINUSE') {
    return `Another process listens on ${address}. Stop it, or choose another address with ${flag}.`;
  }
  if (code === 'EACCES') return `This user may not listen on ${address}. Choose a port above 1023.`;
  return `Cannot listen on ${address}: ${message}`;
}

async function close(
  { server, sockets }: { server: Server; sockets: ListeningSockets },
  graceMs: number,
): Promise<void> {
  // A stream that ends leaves its connection open for the next request; that one must not be waited for.
  const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS);
  const cut = setTimeout(() => server.closeAllConnections(), graceMs);
  await sockets.close();
  clearInterval(sweep);
  clearTimeout(cut);
}

function hostName(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}
