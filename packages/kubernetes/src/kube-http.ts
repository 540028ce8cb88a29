import type { Readable } from 'node:stream';
import type { AppError } from '@davit/domain';
import type { Clock } from '@davit/domain';
import { sleep, systemClock } from '@davit/controller';
import { Agent, request } from 'undici';
import type { Dispatcher } from 'undici';
import { abortable } from './abortable.ts';
import type { ClusterConfig } from './config.ts';
import { fromNetwork, fromStatus } from './error.ts';
import { guarded } from './guarded.ts';
import { parseNdjson } from './ndjson.ts';
import { backOffMs, isRetryable, retryAfterMs } from './retry.ts';
import type { Method } from './retry.ts';

export interface KubeHttpOptions {
  config: ClusterConfig;
  /** connections for requests; 8 when absent. Watches and logs have their own, as many as are open. */
  connections?: number;
  /** for one attempt of a request; 30 s when absent */
  timeoutMs?: number;
  /** tries of a request in all; 4 when absent */
  attempts?: number;
  userAgent?: string;
  clock?: Clock;
  /** called after every attempt: metrics, and tests that count writes */
  onRequest?: (done: RequestDone) => void;
}

export interface RequestDone {
  method: Method;
  path: string;
  /** 0 where no answer came */
  status: number;
  ms: number;
}

export type { Method } from './retry.ts';
export type Query = Record<string, string | number | boolean | undefined>;

export interface CallOptions {
  query?: Query;
  signal?: AbortSignal | undefined;
  timeoutMs?: number;
  /** asked before every attempt and when it is about to be sent; throws where it must not be */
  allowed?: (() => void) | undefined;
}
export interface RequestOptions extends CallOptions {
  body?: unknown;
  contentType?: string;
}
export interface PatchOptions extends CallOptions {
  type: keyof typeof PATCH_TYPES;
}
export interface DeleteOptions extends CallOptions {
  propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
  /** delete only this very object */
  uid?: string;
  resourceVersion?: string;
}
export interface WatchEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  object: unknown;
}

const PATCH_TYPES = {
  merge: 'application/merge-patch+json',
  json: 'application/json-patch+json',
  apply: 'application/apply-patch+yaml',
} as const;

/**
 * The API server over keep-alive connections. Every method throws AppErrors: `not_found`, `conflict` (reason
 * `AlreadyExists`, `Conflict` or `Expired`), `invalid` (`data` by field path), `forbidden`, `unauthenticated`,
 * `rate_limited`, `too_large`, `unsupported`, `timeout`, `unavailable`; an abort throws the signal's reason.
 * Reads and idempotent writes are tried again where that can help; a create only when the server refused to take it.
 */
export class KubeHttp {
  readonly #config: ClusterConfig;
  readonly #options: KubeHttpOptions;
  readonly #requests: Agent;
  readonly #streams: Agent;
  readonly #clock: Clock;

  constructor(options: KubeHttpOptions) {
    const { config } = options;
    this.#config = config;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    // HTTP/1.1: one connection is one request, so that the number of connections means something
    const common = { allowH2: false, pipelining: 1, connect: { ...config.tls, timeout: 10_000 } };
    this.#requests = new Agent({
      ...common,
      connections: options.connections ?? 8,
      keepAliveTimeout: 60_000,
    });
    this.#streams = new Agent({
      ...common,
      // no bound: one too many would wait for another to end, which may be never
      // a quiet watch is no dead watch; who opens one knows how long it may last
      bodyTimeout: 0,
    });
  }

  get<T>(path: string, options: CallOptions = {}): Promise<T> {
    return this.request<T>('GET', path, options);
  }

  /** Fails with `conflict`, reason `AlreadyExists`, where the name is taken. */
  create<T>(path: string, body: unknown, options: CallOptions = {}): Promise<T> {
    return this.request<T>('POST', path, { ...options, body });
  }

  /** Replaces; with the object's resourceVersion in `body` it fails with `conflict` when somebody was faster. */
  update<T>(path: string, body: unknown, options: CallOptions = {}): Promise<T> {
    return this.request<T>('PUT', path, { ...options, body });
  }

  patch<T>(path: string, body: unknown, options: PatchOptions): Promise<T> {
    const { type, ...rest } = options;
    return this.request<T>('PATCH', path, { ...rest, body, contentType: PATCH_TYPES[type] });
  }

  async delete(path: string, options: DeleteOptions = {}): Promise<void> {
    const { propagationPolicy = 'Background', uid, resourceVersion, ...rest } = options;
    const preconditions = {
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    };
    await this.request('DELETE', path, { ...rest, body: { propagationPolicy, preconditions } });
  }

  async request<T>(method: Method, path: string, options: RequestOptions = {}): Promise<T> {
    const attempts = this.#options.attempts ?? 4;
    for (let attempt = 1; ; attempt += 1) {
      options.allowed?.();
      try {
        return await this.#once<T>(method, path, options);
      } catch (error) {
        const again = attempt < attempts && isRetryable(error, method, options.contentType);
        if (!again || options.signal?.aborted) throw error;
        await sleep(this.#clock, backOffMs(attempt, error), options.signal);
        options.signal?.throwIfAborted();
      }
    }
  }

  /**
   * Resolves when the watch is open: events from `query.resourceVersion` on, until the server ends it or the signal
   * aborts. An ERROR event is thrown as the error it stands for. Iterate it, or abort the signal.
   */
  async watch(
    path: string,
    options: CallOptions & { signal: AbortSignal },
  ): Promise<AsyncGenerator<WatchEvent>> {
    const query = { ...options.query, watch: true };
    return watchEvents(await this.stream(path, { ...options, query }), options.signal);
  }

  /** The body as it comes, for logs. Destroy it when done. */
  async stream(path: string, options: CallOptions = {}): Promise<Readable> {
    const answer = await this.#send(this.#streams, { method: 'GET', path, options });
    if (answer.statusCode === 200) return answer.body;
    throw await errorOf(answer);
  }

  /** Ends all connections; running calls fail with `unavailable`. */
  async close(): Promise<void> {
    await Promise.all([this.#requests.destroy(), this.#streams.destroy()]);
  }

  async #once<T>(method: Method, path: string, options: RequestOptions): Promise<T> {
    const timeout = AbortSignal.timeout(options.timeoutMs ?? this.#options.timeoutMs ?? 30_000);
    const signal = options.signal ? AbortSignal.any([options.signal, timeout]) : timeout;
    try {
      const call = { method, path, options: { ...options, signal } };
      const answer = await this.#send(this.#requests, call);
      if (answer.statusCode >= 300) throw await errorOf(answer);
      return (await answer.body.json()) as T;
    } catch (error) {
      throw fromNetwork(error, options.signal);
    }
  }

  async #send(dispatcher: Agent, call: Call): Promise<Dispatcher.ResponseData> {
    const { method, path, options } = call;
    const started = this.#clock.now();
    let status = 0;
    try {
      options.signal?.throwIfAborted();
      const { allowed } = options;
      const sent = request(this.#config.server + path + search(options.query), {
        dispatcher: allowed ? guarded(dispatcher, allowed) : dispatcher,
        method,
        headers: this.#headers(options),
        ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
        ...(options.signal ? { signal: options.signal } : {}),
        headersTimeout: options.timeoutMs ?? this.#options.timeoutMs ?? 30_000,
      });
      const answer = await abortable(sent, options.signal);
      status = answer.statusCode;
      return answer;
    } catch (error) {
      throw fromNetwork(error, options.signal);
    } finally {
      this.#options.onRequest?.({ method, path, status, ms: this.#clock.now() - started });
    }
  }

  #headers(options: RequestOptions): Record<string, string> {
    const authorization = this.#config.authorization();
    return {
      accept: 'application/json',
      'user-agent': this.#options.userAgent ?? 'davit',
      ...(authorization === undefined ? {} : { authorization }),
      ...(options.body === undefined
        ? {}
        : { 'content-type': options.contentType ?? 'application/json' }),
    };
  }
}

interface Call {
  method: Method;
  path: string;
  options: RequestOptions;
}

function search(query: Query = {}): string {
  const set = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') set.append(key, String(value));
  }
  return set.size === 0 ? '' : `?${set.toString()}`;
}

async function errorOf(answer: Dispatcher.ResponseData): Promise<AppError> {
  const header = answer.headers['retry-after'];
  const wait = retryAfterMs(Array.isArray(header) ? header[0] : header);
  return fromStatus(await answer.body.text(), answer.statusCode, wait);
}

async function* watchEvents(body: Readable, signal: AbortSignal): AsyncGenerator<WatchEvent> {
  try {
    for await (const event of parseNdjson(body) as AsyncGenerator<WatchEvent>) {
      if (event.type === 'ERROR') throw watchError(event.object);
      yield event;
    }
  } catch (error) {
    throw fromNetwork(error, signal);
  } finally {
    body.destroy();
  }
}

function watchError(object: unknown): AppError {
  const status = (object ?? {}) as { code?: number };
  return fromStatus(status, status.code ?? 500);
}
