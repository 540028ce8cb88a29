import { randomUUID } from 'node:crypto';
import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { AccessLog } from './access-log.ts';
import { sendAnswer } from './answer.ts';
import { Exchange, type ExchangeHost, type ExchangeTimeouts } from './exchange.ts';
import { isSecure, type Peer, type TrustedPeers } from './forwarded.ts';
import { HoldQueue } from './hold-queue.ts';
import { readRequest, type RequestFacts } from './request-facts.ts';
import type { RouteSwitch } from './route-switch.ts';

const SWEEP_MS = 500;
const MAX_PIPELINED = 64;

export interface GatewayOptions {
  routes: RouteSwitch;
  trusted: TrustedPeers;
  timeouts: ExchangeTimeouts;
  /** how many requests may wait for one app on hold */
  holdLimit: number;
  accessLog: AccessLog | undefined;
  /** the port in redirects to HTTPS */
  httpsPort: () => number | undefined;
}

/** A client's. */
interface Connection {
  /** answers not given yet, refusals too */
  answering: number;
  exchanges: Set<Exchange>;
}

/** Takes requests from the listeners and sends each on its way. */
export class Gateway implements ExchangeHost {
  readonly timeouts: ExchangeTimeouts;
  readonly #options: GatewayOptions;
  readonly #held: HoldQueue;
  readonly #exchanges = new Set<Exchange>();
  readonly #connections = new WeakMap<Socket, Connection>();
  readonly #sweeper: NodeJS.Timeout;
  #onIdle: (() => void) | undefined;
  closing = false;

  constructor(options: GatewayOptions) {
    this.#options = options;
    this.timeouts = options.timeouts;
    this.#held = new HoldQueue(options.holdLimit);
    this.#sweeper = setInterval(() => this.#sweep(), SWEEP_MS).unref();
  }

  readonly onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    const connection = this.#connection(request.socket);
    connection.answering += 1;
    // each has a connection to an instance: one client must not open them by the thousand
    if (connection.answering > MAX_PIPELINED) return void request.socket.destroy();
    response.on('close', () => (connection.answering -= 1));
    this.#begin(request, response);
  };

  readonly onUpgrade = (request: IncomingMessage, socket: Socket, head: Buffer): void => {
    // an answer is under way on this connection: nothing may be written between its bytes
    if (this.#connection(socket).answering > 0) return void socket.destroy();
    const response = new ServerResponse(request);
    response.shouldKeepAlive = false;
    response.assignSocket(socket);
    socket.on('error', () => socket.destroy());
    response.on('finish', () => {
      response.detachSocket(socket);
      socket.destroySoon();
      response.emit('close');
    });
    this.#begin(request, response, { socket, head });
  };

  /** The table changed. */
  applied(): void {
    this.#held.resumeAll();
  }

  /** Resolves when nothing is open any more. */
  async idle(): Promise<void> {
    if (this.#exchanges.size === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#onIdle = resolve;
    await promise;
  }

  /** Ends all that is open. */
  close(): void {
    clearInterval(this.#sweeper);
    for (const exchange of [...this.#exchanges]) exchange.abort('The edge is being stopped.');
  }

  dispatch(exchange: Exchange): void {
    const { facts, peer } = exchange.of;
    const proof = this.#options.routes.challenge(facts.target);
    if (proof !== undefined) return exchange.answer({ ...PROOF, body: proof });
    const live = this.#options.routes.find(facts.host, facts.target);
    if (live?.route.state === 'hold') {
      exchange.enter(live);
      return this.#hold(exchange);
    }
    this.#held.remove(exchange);
    if (!live) return exchange.answer(unknownHost(facts));
    exchange.enter(live);
    if (live.route.state === 'stopped') return exchange.answer(STOPPED);
    if (live.route.httpsOnly && !isSecure(facts, peer)) return this.#redirect(exchange);
    exchange.forward();
  }

  finished(exchange: Exchange): void {
    this.#exchanges.delete(exchange);
    this.#connection(exchange.of.request.socket).exchanges.delete(exchange);
    this.#held.remove(exchange);
    this.#options.accessLog?.write(exchange);
    if (this.#exchanges.size === 0) this.#onIdle?.();
  }

  #begin(
    request: IncomingMessage,
    response: ServerResponse,
    upgrade?: { socket: Socket; head: Buffer },
  ): void {
    const facts = readRequest(request);
    if ('status' in facts) {
      return sendAnswer(response, { ...facts, title: 'Refused', close: true });
    }
    const peer = this.#options.trusted.of(request.socket);
    const id = this.#requestId(facts, peer);
    const of = { request, response, facts, peer, id, ...(upgrade ? { upgrade } : {}) };
    const exchange = new Exchange(this, of);
    this.#exchanges.add(exchange);
    this.#connection(request.socket).exchanges.add(exchange);
    this.dispatch(exchange);
  }

  #connection(socket: Socket): Connection {
    const known = this.#connections.get(socket);
    if (known) return known;
    const connection: Connection = { answering: 0, exchanges: new Set() };
    this.#connections.set(socket, connection);
    // a pipelined answer that is not its turn hears nothing of the end of its connection
    socket.once('close', () => {
      for (const exchange of [...connection.exchanges]) exchange.closed();
    });
    return connection;
  }

  #hold(exchange: Exchange): void {
    const counters = exchange.live?.counters;
    if (!counters || this.#held.has(exchange)) return;
    if (this.#held.add(exchange, counters, this.#options.routes.holdMs)) return;
    exchange.answer({ ...HELD_BACK, retryAfter: 5 });
  }

  #redirect(exchange: Exchange): void {
    const { facts } = exchange.of;
    const port = this.#options.httpsPort();
    // who came to the usual port may have been led to ours: 443 is led to ours as well
    const isUsual = port === undefined || port === 443 || !/:\d+$/.test(facts.authority);
    const place = isUsual ? facts.host : `${facts.host}:${port}`;
    const location = `https://${place}${facts.target}`;
    exchange.answer({ status: 308, title: 'Moved', message: `See ${location}`, location });
  }

  #requestId({ forwarded }: RequestFacts, { trusted }: Peer): string {
    const given = trusted ? forwarded['x-request-id'] : undefined;
    return given !== undefined && /^[\w.+/=:-]{1,128}$/.test(given) ? given : randomUUID();
  }

  #sweep(): void {
    const now = performance.now();
    for (const exchange of this.#exchanges) exchange.sweep(now);
    this.#options.routes.sweep(now);
  }
}

const PROOF = { status: 200, title: '', message: '' };
const STOPPED = {
  status: 503,
  title: 'Stopped',
  message: 'This app is stopped.',
};
const HELD_BACK = {
  status: 503,
  title: 'Please try again',
  message: 'This app is getting ready, and many are waiting for it.',
};

const unknownHost = ({
  host,
}: RequestFacts): { status: number; title: string; message: string } => ({
  status: 404,
  title: 'Nothing here',
  message:
    host === '' ? 'The request names no host.' : `No app answers at ${host} under this path.`,
});
