import { isDeepStrictEqual } from 'node:util';
import {
  AppError,
  type EdgeAddresses,
  type EdgeStatus,
  type Logger,
  type RouteTable,
} from '@davit/domain';
import { AccessLog } from './access-log.ts';
import { CertificateStore } from './certificate-store.ts';
import { type Controls, ControlServer } from './control-server.ts';
import type { ExchangeTimeouts } from './exchange.ts';
import { TrustedPeers } from './forwarded.ts';
import { Gateway } from './gateway.ts';
import { Listener, type ListenerLimits } from './listener.ts';
import type { ListenAddress } from './listening-sockets.ts';
import { parseEdgeAddresses } from './parse-edge-addresses.ts';
import { parseRouteTable } from './parse-route-table.ts';
import { RouteSwitch } from './route-switch.ts';
import { StateFile } from './state-file.ts';

export interface EdgeOptions {
  http: readonly ListenAddress[];
  https?: readonly ListenAddress[];
  /** path of the Unix socket that takes route tables */
  controlSocket: string;
  /** where the table in force is kept */
  stateFile: string;
  logger: Logger;
  /** proxies in front whose forwarding headers are believed: addresses and networks */
  trustedPeers?: readonly string[];
  /** the port clients reach HTTPS at, where it is not the one listened on */
  publicHttpsPort?: number;
  /** JSON lines, one for each request */
  accessLogFile?: string;
  /** requests that may wait for one app on hold; 1,000 where absent */
  holdLimit?: number;
  /** milliseconds */
  timeouts?: Partial<ExchangeTimeouts & Omit<ListenerLimits, 'maxConnections'>>;
  /** 20,000 where absent */
  maxConnections?: number;
  /** starts a successor and returns when it serves; without it a handover is refused */
  startSuccessor?: (
    listeners: readonly Listener[],
    listens: EdgeAddresses,
  ) => Promise<{ pid: number }>;
  /** the listening sockets of a predecessor for this address */
  inherited?: (kind: 'http' | 'https', address: ListenAddress) => number[];
}

export interface Edge extends AsyncDisposable {
  readonly addresses: { http: ListenAddress[]; https: ListenAddress[] };
  status(): EdgeStatus;
  put(table: unknown): Promise<{ generation: number }>;
  /** Resolves when a successor has taken over and the last request here is done, or after `close`. */
  readonly ended: Promise<void>;
  /** Takes no new connections, lets open requests end within `drainMs` (30 s where absent), then ends the rest. */
  close(options?: { drainMs?: number }): Promise<void>;
}

const TIMEOUTS = { connect: 5000, response: 300_000, idle: 600_000, upload: 60_000 };
const LIMITS = { headers: 15_000, keepAlive: 65_000 };
const MAX_CONNECTIONS = 20_000;
const HOLD_LIMIT = 1000;
const DRAIN_MS = 30_000;
const POLL_MS = 50;

/**
 * Opens the edge: the table of last time is in force before the first request is taken.
 * Errors: `unavailable` (an address or the control socket is taken), `invalid` (a trusted peer is no address).
 */
export async function createEdge(options: EdgeOptions): Promise<Edge> {
  const edge = new RunningEdge(options);
  await edge.open();
  return edge;
}

class RunningEdge implements Edge, Controls {
  readonly #options: EdgeOptions;
  readonly #logger: Logger;
  readonly #routes = new RouteSwitch();
  readonly #certificates = new CertificateStore();
  readonly #state: StateFile;
  readonly #gateway: Gateway;
  readonly #control: ControlServer;
  readonly #accessLog: AccessLog | undefined;
  readonly #listeners: Listener[];
  readonly #ended = Promise.withResolvers<void>();
  #writing: Promise<unknown> = Promise.resolve();
  #problem: string | undefined;
  #leaving = false;

  constructor(options: EdgeOptions) {
    const { accessLogFile, timeouts = {}, trustedPeers = [] } = options;
    this.#options = options;
    this.#logger = options.logger;
    this.#state = new StateFile(options.stateFile);
    this.#accessLog = accessLogFile === undefined ? undefined : new AccessLog(accessLogFile);
    this.#gateway = new Gateway({
      routes: this.#routes,
      trusted: new TrustedPeers(trustedPeers),
      timeouts: { ...TIMEOUTS, ...timeouts },
      holdLimit: options.holdLimit ?? HOLD_LIMIT,
      accessLog: this.#accessLog,
      httpsPort: () => options.publicHttpsPort ?? this.addresses.https[0]?.port,
    });
    this.#control = new ControlServer(options.controlSocket, this);
    this.#listeners = [
      ...options.http.map((address) => this.#listener('http', address)),
      ...(options.https ?? []).map((address) => this.#listener('https', address)),
    ];
  }

  get addresses(): Edge['addresses'] {
    const of = (kind: string): ListenAddress[] =>
      this.#listeners.filter((one) => one.kind === kind).map(({ address }) => address);
    return { http: of('http'), https: of('https') };
  }

  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  async open(): Promise<void> {
    try {
      await this.#load();
      const { inherited } = this.#options;
      await Promise.all(this.#listeners.map((one) => one.open(inherited?.(one.kind, one.wanted))));
      // last: an edge that runs already keeps its control socket when its address cannot be had
      await this.#control.open();
    } catch (error) {
      await this.close({ drainMs: 0 });
      throw error;
    }
  }

  status(): EdgeStatus {
    const problems = [this.#problem, this.#accessLog?.problem];
    const listens = this.#listens();
    return {
      ...this.#routes.status(),
      listens,
      problems: problems.filter((one) => one !== undefined),
    };
  }

  put(input: unknown): Promise<{ generation: number }> {
    const turn = this.#writing.then(() => this.#put(input));
    this.#writing = turn.catch(() => {});
    return turn;
  }

  /**
   * The successor serves when this returns, at these addresses or the same; what is under way here ends in its own
   * time.
   */
  async handOver(input?: unknown): Promise<{ pid: number }> {
    const listens = input === undefined ? this.#listens() : parseEdgeAddresses(input);
    const { startSuccessor } = this.#options;
    if (!startSuccessor) throw new AppError('unsupported', 'This edge cannot start a successor.');
    if (this.#leaving) throw new AppError('conflict', 'The edge is being replaced already.');
    this.#leaving = true;
    await this.#writing;
    try {
      const successor = await startSuccessor(this.#listeners, listens);
      this.#logger.log('info', 'successor serves', successor);
      void this.#fade();
      return successor;
    } catch (cause) {
      this.#leaving = false;
      throw new AppError('unavailable', 'The successor did not start; this edge goes on.', {
        cause,
      });
    }
  }

  async close({ drainMs = DRAIN_MS }: { drainMs?: number } = {}): Promise<void> {
    this.#leaving = true;
    this.#gateway.closing = true;
    for (const listener of this.#listeners) listener.stopAccepting();
    for (const listener of this.#listeners) listener.closeIdle();
    await within(drainMs, this.#gateway.idle());
    await this.#end();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close({ drainMs: 0 });
  }

  #listens(): EdgeAddresses {
    const of = (kind: string): string[] =>
      this.#listeners
        .filter((one) => one.kind === kind)
        .map(({ wanted: { host, port } }) => `${host}:${port}`);
    return { http: of('http'), https: of('https') };
  }

  async #load(): Promise<void> {
    try {
      const table = await this.#state.read();
      if (table) this.#apply(table);
      this.#logger.log('info', 'routes loaded', { generation: table?.generation ?? 0 });
    } catch (error) {
      this.#problem = `${(error as Error).message} The edge started without routes.`;
      const { cause } = error as Error;
      this.#logger.log('error', this.#problem, { cause: String(cause), kept: '.corrupt' });
      await this.#state.setAside();
    }
  }

  async #put(input: unknown): Promise<{ generation: number }> {
    if (this.#leaving) throw new AppError('unavailable', 'The edge is being replaced: try again.');
    const { table: current } = this.#routes;
    const table = parseRouteTable(input, current.certificates);
    const { generation } = table;
    if (generation < current.generation) {
      throw new AppError('conflict', `Generation ${current.generation} is in force.`);
    }
    if (generation === current.generation) {
      if (isDeepStrictEqual(table, current)) return { generation };
      throw new AppError('conflict', `Generation ${generation} is in force with other routes.`);
    }
    await this.#state.write(table);
    this.#problem = undefined;
    this.#apply(table);
    this.#logger.log('info', 'routes in force', { generation, routes: table.routes.length });
    return { generation };
  }

  #apply(table: RouteTable): void {
    this.#certificates.apply(table);
    this.#routes.apply(table);
    this.#gateway.applied();
  }

  /**
   * After a successor has taken over. Connections that stand get one more answer that tells the client to connect anew:
   * an idle one is not cut, as a request may be on its way.
   */
  async #fade(): Promise<void> {
    this.#gateway.closing = true;
    for (const listener of this.#listeners) listener.stopAccepting();
    this.#control.finish();
    const deadline = performance.now() + (this.#routes.table.drainMs ?? DRAIN_MS);
    while (performance.now() < deadline && this.#connections() > 0) {
      await sleep(POLL_MS);
    }
    await this.#end();
  }

  #connections(): number {
    return this.#listeners.reduce((sum, { connections }) => sum + connections, 0);
  }

  async #end(): Promise<void> {
    this.#gateway.close();
    this.#routes.close();
    for (const listener of this.#listeners) listener.close();
    this.#control.close();
    await this.#accessLog?.close();
    this.#ended.resolve();
  }

  #listener(kind: 'http' | 'https', address: ListenAddress): Listener {
    const { timeouts = {}, maxConnections = MAX_CONNECTIONS } = this.#options;
    const limits = { ...LIMITS, maxConnections };
    if (timeouts.headers !== undefined) limits.headers = timeouts.headers;
    if (timeouts.keepAlive !== undefined) limits.keepAlive = timeouts.keepAlive;
    const [gateway, certificates] = [this.#gateway, this.#certificates];
    return new Listener(address, { kind, gateway, certificates, limits });
  }
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function within(ms: number, work: Promise<void>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  await Promise.race([work, promise]);
  clearTimeout(timer);
}
