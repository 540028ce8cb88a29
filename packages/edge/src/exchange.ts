import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { AppError } from '@davit/domain';
import { type Answer, sendAnswer } from './answer.ts';
import type { AppCounters } from './app-counters.ts';
import { type Peer, renderForwarded } from './forwarded.ts';
import type { Waiter } from './hold-queue.ts';
import { RequestBody } from './request-body.ts';
import type { RequestFacts } from './request-facts.ts';
import { shapeHeaders } from './response-headers.ts';
import type { ResponseHead } from './response-parser.ts';
import type { LiveRoute } from './route-switch.ts';
import type { Target, TargetUser } from './target.ts';
import { Tunnel } from './tunnel.ts';
import type { Upstream, UpstreamUser } from './upstream.ts';

/** What an exchange asks of the gateway it runs in. */
export interface ExchangeHost {
  readonly timeouts: ExchangeTimeouts;
  /** the process is about to end: clients shall connect anew */
  readonly closing: boolean;
  /** finds the route of now and sends the exchange there */
  dispatch(exchange: Exchange): void;
  finished(exchange: Exchange): void;
}

/** Milliseconds. */
export interface ExchangeTimeouts {
  connect: number;
  /** until the head of the answer */
  response: number;
  /** between two pieces of an answer */
  idle: number;
  /** between two pieces of a request's body */
  upload: number;
}

export interface ExchangeRequest {
  request: IncomingMessage;
  response: ServerResponse;
  facts: RequestFacts;
  peer: Peer;
  id: string;
  /** where the client asked for another protocol: its bare connection and what it sent already */
  upgrade?: { socket: Socket; head: Buffer };
}

const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE']);

/** One request on its way: from the client to an instance and back. */
export class Exchange implements UpstreamUser, TargetUser, Waiter {
  readonly begun: number = performance.now();
  readonly of: ExchangeRequest;
  readonly #host: ExchangeHost;
  readonly #body: RequestBody | undefined;
  readonly #tried = new Set<Target>();
  #live: LiveRoute | undefined;
  #counters: AppCounters | undefined;
  #target: Target | undefined;
  #upstream: Upstream | undefined;
  #tunnel: Tunnel | undefined;
  #repeated = false;
  #continued = false;
  /** the client takes no more at the moment */
  #blocked = false;
  #done = false;
  #lastMove: number = this.begun;
  /** 0 until there is an answer */
  status = 0;
  bytesIn = 0;
  bytesOut = 0;

  constructor(host: ExchangeHost, of: ExchangeRequest) {
    this.#host = host;
    this.of = of;
    const { facts, request, response } = of;
    if (facts.hasBody && !of.upgrade) {
      this.#body = new RequestBody(request, {
        chunked: facts.chunked,
        onProgress: (bytes) => this.#uploaded(bytes),
        onEnd: () => void (this.#lastMove = performance.now()),
      });
    }
    response.on('close', () => this.closed());
  }

  get live(): LiveRoute | undefined {
    return this.#live;
  }

  get targetId(): string | undefined {
    return this.#target?.id;
  }

  /** It belongs to this route from now on. */
  enter(live: LiveRoute): void {
    if (this.#counters !== live.counters) {
      if (this.#counters) this.#counters.open -= 1;
      live.counters.open += 1;
      this.#counters = live.counters;
    }
    this.#live = live;
  }

  /** To an instance of its route. */
  forward(): void {
    const target = this.#live && choose(this.#live, this.#tried);
    if (!target) {
      return this.#noAnswer('No instance of this app answers at the moment.');
    }
    this.#lastMove = performance.now();
    this.#target = target;
    target.enter(this);
    const pooled = this.#repeated || this.of.upgrade ? undefined : this.#takePooled(target);
    this.#upstream = pooled ?? target.connect(this);
    if (pooled) this.connected();
  }

  /** The edge answers itself. */
  answer(say: Pick<Answer, 'status' | 'title' | 'message'> & Partial<Answer>): void {
    if (this.#done || this.of.response.headersSent) return void this.of.response.destroy();
    this.#answered(say.status);
    this.#body?.drop();
    const { response, id, facts, upgrade } = this.of;
    const expects = facts.hasBody && response.req.headers.expect !== undefined;
    const close = this.#host.closing || expects || upgrade !== undefined;
    const headers = this.#live?.route.headers;
    sendAnswer(response, { requestId: id, headers, close, ...say });
  }

  resume(): void {
    if (!this.#done) this.#host.dispatch(this);
  }

  expired(): void {
    const message = 'This app takes longer than expected to be ready.';
    this.answer({ status: 503, title: 'Please try again', message, retryAfter: 5 });
  }

  /** Its instance is removed and the time to drain is over. */
  abort(reason: string): void {
    if (this.#tunnel) return this.#tunnel.close();
    this.#leave();
    this.#noAnswer(reason);
  }

  /** Ends what has not moved for too long. */
  sweep(now: number): void {
    if (this.#tunnel || !this.#upstream) return;
    const { connect, response, idle, upload } = this.#host.timeouts;
    const still = now - this.#lastMove;
    if (!this.#upstream.isConnected) {
      if (still > connect) this.#upstream.socket.destroy();
    } else if (this.#body?.awaitsClient) {
      if (still > upload) this.#giveUp(408, 'The rest of the request did not arrive in time.');
    } else if (still > (this.status === 0 ? response : idle)) {
      this.#giveUp(504, 'The app did not answer in time.');
    }
  }

  connected(): void {
    const { request, facts, peer, id, upgrade } = this.of;
    const upstream = this.#upstream;
    if (!upstream) return;
    this.#lastMove = performance.now();
    const method = request.method ?? 'GET';
    let head = `${method} ${facts.target} HTTP/1.1\r\nHost: ${facts.authority}\r\n`;
    const { headers } = facts;
    for (let i = 0; i < headers.length; i += 2) head += `${headers[i]}: ${headers[i + 1]}\r\n`;
    if (facts.chunked) head += 'Transfer-Encoding: chunked\r\n';
    head += upgrade ? `Connection: Upgrade\r\nUpgrade: ${facts.upgrade}\r\n` : '';
    upstream.begin(method, `${head}${renderForwarded(facts, peer, id)}\r\n`);
    this.#body?.sendTo(upstream.socket);
  }

  information({ status, headers }: ResponseHead): void {
    const { response } = this.of;
    if (response.headersSent || this.#done || this.of.upgrade) return;
    if (status === 100 && this.#expectsContinue() && !this.#continued) {
      this.#continued = true;
      response.writeContinue();
    } else if (status === 103) {
      const link = headers.filter(
        (_, i) => i % 2 === 1 && headers[i - 1]?.toLowerCase() === 'link',
      );
      if (link.length > 0) sendHints(response, link);
    }
  }

  head(head: ResponseHead): void {
    const { response, request, upgrade } = this.of;
    this.#answered(head.status);
    const bodiless = request.method === 'HEAD' || head.status === 204 || head.status === 304;
    const uncontinued = this.#expectsContinue() && !this.#continued;
    const headers = shapeHeaders(head, {
      headers: this.#live?.route.headers,
      trailers: request.httpVersionMinor === 1 && !bodiless && isChunked(head),
      close: this.#host.closing || upgrade !== undefined || uncontinued,
    });
    response.writeHead(head.status, head.reason, headers);
    // the first bytes of a stream may be long in coming; a body that is here already goes along
    if (!bodiless) process.nextTick(flush, this);
  }

  data(chunk: Buffer): void {
    if (this.#done) return;
    this.#lastMove = performance.now();
    this.bytesOut += chunk.length;
    const { response } = this.of;
    const upstream = this.#upstream;
    if (response.write(chunk) || !upstream || this.#blocked) return;
    this.#blocked = true;
    upstream.socket.pause();
    response.once('drain', () => {
      this.#blocked = false;
      this.#lastMove = performance.now();
      if (!this.#done) upstream.socket.resume();
    });
  }

  end(trailers: string[]): void {
    const { response } = this.of;
    if (trailers.length > 0 && response.chunkedEncoding) {
      response.addTrailers(pairs(trailers));
    }
    const isSent = this.#body?.done ?? true;
    this.#leave(isSent);
    if (!isSent) this.#body?.drop();
    response.end();
  }

  upgraded(head: ResponseHead, rest: Buffer): void {
    const { upgrade, response } = this.of;
    const upstream = this.#upstream;
    if (!upgrade || !upstream) {
      this.#leave();
      return this.#noAnswer('The app switched to a protocol that nobody asked for.');
    }
    this.#answered(101);
    response.detachSocket(upgrade.socket);
    upgrade.socket.write(renderUpgraded(head), 'latin1');
    const tunnel = new Tunnel(upgrade.socket, upstream, () => {
      this.#leave();
      this.bytesIn += tunnel.bytesIn;
      this.bytesOut += tunnel.bytesOut;
      tunnel.bytesIn = tunnel.bytesOut = 0;
      this.closed();
    });
    this.#tunnel = tunnel;
    if (upgrade.head.length > 0) tunnel.send(upgrade.head);
    if (rest.length > 0) tunnel.data(rest);
  }

  drain(): void {
    this.#body?.resume();
  }

  failed(error: AppError): void {
    const { response } = this.of;
    const target = this.#target;
    const upstream = this.#upstream;
    this.#leave();
    if (this.#done || !upstream || !target) return;
    if (this.status !== 0) return void response.destroy();
    this.#body?.hold();
    if (!upstream.isConnected) {
      target.markDown(performance.now());
      this.#tried.add(target);
      return this.#host.dispatch(this);
    }
    const isMalformed = error.reason === 'MalformedAnswer';
    if (upstream.served > 0 && !this.#repeated && !isMalformed && this.#isRepeatable()) {
      this.#repeated = true;
      return this.#host.dispatch(this);
    }
    this.#noAnswer(isMalformed ? error.message : 'The app gave no answer.');
  }

  #noAnswer(message: string): void {
    this.answer({ status: 502, title: 'No answer', message });
  }

  #takePooled(target: Target): Upstream | undefined {
    return target.pooled(this, this.#isRepeatable() && !this.#body);
  }

  /** Sending it again can do no harm: nothing of a body was sent, or it may be done twice. */
  #isRepeatable(): boolean {
    if (this.#body) return this.#body.sent === 0;
    return IDEMPOTENT.has(this.of.request.method ?? '');
  }

  #expectsContinue(): boolean {
    return this.#body !== undefined && this.of.request.headers.expect !== undefined;
  }

  #uploaded(bytes: number): void {
    this.bytesIn += bytes;
    this.#lastMove = performance.now();
  }

  #answered(status: number): void {
    this.status = status;
    this.#lastMove = performance.now();
    this.#counters?.answered(status, this.#lastMove - this.begun);
  }

  #giveUp(status: number, message: string): void {
    this.#leave();
    this.answer({ status, title: 'Too slow', message, close: true });
  }

  /** The instance is no longer needed. */
  #leave(finished = false): void {
    const upstream = this.#upstream;
    this.#upstream = undefined;
    this.#target?.leave(this);
    if (finished) upstream?.finish();
    else upstream?.abandon();
  }

  /** The client has its answer, or is gone. */
  closed(): void {
    if (this.#done || (this.#tunnel && this.#upstream)) return;
    this.#done = true;
    this.#leave();
    const counters = this.#counters;
    if (counters) {
      counters.open -= 1;
      counters.bytesIn += this.bytesIn;
      counters.bytesOut += this.bytesOut;
      if (this.status === 0) counters.aborted += 1;
    }
    this.#host.finished(this);
  }
}

/** The instance with the least to do; those that refused a moment ago only where no other is left. */
function choose(live: LiveRoute, tried: ReadonlySet<Target>): Target | undefined {
  const { targets } = live;
  const now = targets.length > 1 ? performance.now() : 0;
  let best: Target | undefined;
  let bestScore = Infinity;
  for (let i = 0; i < targets.length; i++) {
    const target = targets[(live.turn + i) % targets.length];
    if (!target || tried.has(target)) continue;
    const score = target.open + (target.isDown(now) ? 1e9 : 0);
    if (score >= bestScore) continue;
    [best, bestScore] = [target, score];
  }
  live.turn = (live.turn + 1) % Math.max(targets.length, 1);
  return best;
}

function renderUpgraded({ reason, headers }: ResponseHead): string {
  let text = `HTTP/1.1 101 ${reason || 'Switching Protocols'}\r\n`;
  for (let i = 0; i < headers.length; i += 2) text += `${headers[i]}: ${headers[i + 1]}\r\n`;
  return `${text}\r\n`;
}

function flush({ bytesOut, of: { response } }: Exchange): void {
  if (bytesOut === 0 && !response.writableEnded && !response.destroyed) response.flushHeaders();
}

function sendHints(response: ServerResponse, link: string[]): void {
  try {
    response.writeEarlyHints({ link });
  } catch {
    // hints that Node finds malformed are not worth an answer
  }
}

const isChunked = ({ headers }: ResponseHead): boolean =>
  headers.some((name, i) => i % 2 === 0 && name.toLowerCase() === 'transfer-encoding');

const pairs = (flat: readonly string[]): [string, string][] =>
  flat.flatMap((name, i): [string, string][] => (i % 2 === 0 ? [[name, flat[i + 1] ?? '']] : []));
