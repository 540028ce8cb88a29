import { createServer as createHttpServer, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { Socket } from 'node:net';
import { AppError } from '@davit/domain';
import type { CertificateStore } from './certificate-store.ts';
import type { Gateway } from './gateway.ts';
import { type ListenAddress, ListeningSockets } from './listening-sockets.ts';

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
const CHECK_MS = 1000;

/** One address where clients come in. */
export class Listener {
  readonly kind: 'http' | 'https';
  readonly wanted: ListenAddress;
  readonly #server: Server;
  readonly #sockets: ListeningSockets;
  readonly #maxConnections: number;
  /** that stand now */
  connections = 0;

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
    server.maxHeadersCount = 0;
    server.on('request', gateway.onRequest);
    // the app's own 100 is passed on
    server.on('checkContinue', gateway.onRequest);
    server.on('upgrade', gateway.onUpgrade);
    server.on('connection', (socket) => this.#count(socket));
    this.#server = server;
    this.#sockets = new ListeningSockets(server);
    this.#maxConnections = limits.maxConnections;
  }

  /** Where it listens, the port found out. */
  get address(): ListenAddress {
    return this.#sockets.address ?? this.wanted;
  }

  /** The listening sockets, to be passed to a successor. */
  get fileDescriptors(): number[] {
    return this.#sockets.fileDescriptors;
  }

  /** On the address, or on the sockets of a predecessor. */
  async open(descriptors: readonly number[] = []): Promise<void> {
    const { host, port } = this.wanted;
    try {
      if (descriptors.length > 0) await this.#sockets.adopt(descriptors);
      else await this.#sockets.open(this.wanted);
    } catch (cause) {
      throw new AppError('unavailable', `Cannot listen on ${host}:${port}.`, { cause });
    }
  }

  /** Takes no new connections; those that stand stay, idle ones too. */
  stopAccepting(): void {
    void this.#sockets.close();
  }

  closeIdle(): void {
    this.#server.closeIdleConnections();
  }

  close(): void {
    this.stopAccepting();
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #count(socket: Socket): void {
    this.connections += 1;
    socket.once('close', () => (this.connections -= 1));
    if (this.connections > this.#maxConnections) socket.destroy();
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
