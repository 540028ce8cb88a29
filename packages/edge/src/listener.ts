import { once } from 'node:events';
import { createServer as createHttpServer, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, Server as NetServer, type ListenOptions } from 'node:net';
import { AppError } from '@davit/domain';
import type { CertificateStore } from './certificate-store.ts';
import type { Gateway } from './gateway.ts';

export interface ListenAddress {
  host: string;
  port: number;
}

export interface ListenerLimits {
  /** milliseconds for a request's head to arrive */
  headers: number;
  /** milliseconds an idle client connection is kept */
  keepAlive: number;
  maxConnections: number;
}

export interface ListenerOptions {
  kind: 'http' | 'https';
  gateway: Gateway;
  certificates: CertificateStore;
  limits: ListenerLimits;
}

const MAX_HEAD = 32 * 1024;
const BACKLOG = 4096;
const CHECK_MS = 1000;

/** One address where clients come in. */
export class Listener {
  readonly kind: 'http' | 'https';
  readonly wanted: ListenAddress;
  readonly #server: Server;

  constructor(wanted: ListenAddress, options: ListenerOptions) {
    const { kind, gateway, limits } = options;
    this.kind = kind;
    this.wanted = wanted;
    const common = {
      maxHeaderSize: MAX_HEAD,
      headersTimeout: limits.headers,
      keepAliveTimeout: limits.keepAlive,
      connectionsCheckingInterval: Math.min(CHECK_MS, limits.headers),
      // uploads may take hours; the gateway ends those that stand still
      requestTimeout: 0,
      insecureHTTPParser: false,
      noDelay: true,
      shouldUpgradeCallback: canUpgrade,
    };
    const server = kind === 'http' ? createHttpServer(common) : createTls(common, options);
    server.maxConnections = limits.maxConnections;
    server.maxHeadersCount = 0;
    server.on('request', gateway.onRequest);
    // the app's own 100 is passed on
    server.on('checkContinue', gateway.onRequest);
    server.on('upgrade', gateway.onUpgrade);
    this.#server = server;
  }

  /** Where it listens, the port found out. */
  get address(): ListenAddress {
    const found = this.#server.address() as AddressInfo | null;
    return found ? { host: found.address, port: found.port } : this.wanted;
  }

  /** The listening socket, to be passed to a successor. */
  get fileDescriptor(): number | undefined {
    const { _handle: handle } = this.#server as unknown as { _handle?: { fd?: number } };
    return handle?.fd;
  }

  /** On the address, or on the socket of a predecessor. */
  async open(fd?: number): Promise<void> {
    const { host, port } = this.wanted;
    const place: ListenOptions & { fd?: number } = fd === undefined ? { host, port } : { fd };
    this.#server.listen({ ...place, backlog: BACKLOG });
    try {
      await once(this.#server, 'listening');
    } catch (cause) {
      throw new AppError('unavailable', `Cannot listen on ${host}:${port}.`, { cause });
    }
  }

  /** Takes no new connections; those that stand stay, idle ones too. */
  stopAccepting(): void {
    // http.Server's own close would cut idle connections on which a request may be under way to us
    if (this.#server.listening) NetServer.prototype.close.call(this.#server);
  }

  closeIdle(): void {
    this.#server.closeIdleConnections();
  }

  close(): void {
    this.stopAccepting();
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async connections(): Promise<number> {
    const { promise, resolve } = Promise.withResolvers<number>();
    this.#server.getConnections((error, count) => resolve(error ? 0 : count));
    return promise;
  }
}

function createTls(common: object, { certificates }: ListenerOptions): Server {
  return createHttpsServer({
    ...common,
    ALPNProtocols: ['http/1.1'],
    minVersion: 'TLSv1.2',
    handshakeTimeout: 10_000,
    SNICallback: (name, done) => {
      const context = certificates.find(name);
      if (context) done(null, context);
      else done(new Error('no certificate for this name'));
    },
  });
}

/** HTTP/2 over plain TCP is not spoken, and a body before the switch is not understood: both go on as HTTP/1.1. */
function canUpgrade({ headers }: { headers: Record<string, unknown> }): boolean {
  const length = headers['content-length'];
  const hasBody = 'transfer-encoding' in headers || (length !== undefined && length !== '0');
  return !hasBody && !/(^|,)\s*h2c?\s*(,|$)/i.test(String(headers.upgrade));
}
