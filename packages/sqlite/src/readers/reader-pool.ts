import { Worker } from 'node:worker_threads';
import { AppError } from '@davit/domain';
import type { RowPage } from '@davit/domain';
import type { ReadJob } from './read-job.ts';
import { READY } from './reader-message.ts';
import type { ReaderAnswer, ReaderData, ReaderMessage, ReaderRequest } from './reader-message.ts';

export interface ReaderPoolOptions {
  /** how many threads; they start when first needed */
  size: number;
  /** the reader's script: the source file, or what it was bundled to */
  script: URL;
  data: ReaderData;
  /** a job that takes longer fails, and its thread is replaced */
  timeoutMs: number;
  /** a thread that works on one job for longer gets no others; default 250 ms */
  patienceMs?: number;
  /** after so long without a job the threads end, for their memory; default 5 minutes */
  idleMs?: number;
  /** told of jobs that took longer than that */
  onSlow?: (job: ReadJob) => void;
}

interface Waiting {
  job: ReadJob;
  since: number;
  resolve(page: RowPage): void;
  reject(error: unknown): void;
}

interface Reader {
  worker: Worker;
  /** in the order they were sent: the first one is running */
  waiting: Map<number, Waiting>;
  /** when it began with the first one; undefined: it has not opened the database yet */
  busySince: number | undefined;
}

export interface ReaderStats {
  threads: number;
  busy: number;
  /** jobs that wait */
  queue: number;
}

/** How often deadlines are looked at. */
const SWEEP_MS = 50;
const IDLE_MS = 5 * 60_000;
/** As many threads may be stuck in a job while others take their place. */
const MOST_ASIDE = 4;

/** Threads with a read-only connection each. A job goes to the one with the least to do. */
export class ReaderPool {
  readonly #options: ReaderPoolOptions;
  readonly #readers = new Set<Reader>();
  /** each busy with its last job */
  readonly #aside = new Set<Reader>();
  #sweeping: NodeJS.Timeout | undefined;
  #resting: NodeJS.Timeout | undefined;
  #lastId = 0;
  #closed = false;

  constructor(options: ReaderPoolOptions) {
    this.#options = options;
  }

  /**
   * Throws what SQLite threw (an Error with `code`), `timeout`, `unavailable` when the thread died, or the signal's
   * reason.
   */
  async run(job: ReadJob, signal?: AbortSignal): Promise<RowPage> {
    if (this.#closed) throw new AppError('unavailable', 'The database is closing.');
    signal?.throwIfAborted();
    const id = (this.#lastId += 1);
    const { promise, resolve, reject } = Promise.withResolvers<RowPage>();
    this.#send(id, { job, since: performance.now(), resolve, reject });
    if (!signal) return promise;
    const abort = (): void => this.#forget(id)?.reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    try {
      return await promise;
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  stats(): ReaderStats {
    const jobs = this.#all().map(({ waiting }) => waiting.size);
    return {
      threads: jobs.length,
      busy: jobs.filter((count) => count > 0).length,
      queue: jobs.reduce((sum, count) => sum + Math.max(0, count - 1), 0),
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#sweeping);
    clearTimeout(this.#resting);
    await Promise.all(this.#all().map(({ worker }) => worker.terminate()));
  }

  #all(): Reader[] {
    return [...this.#readers, ...this.#aside];
  }

  #send(id: number, waiting: Waiting): void {
    const reader = this.#choose();
    if (reader.waiting.size === 0) {
      if (reader.busySince !== undefined) reader.busySince = performance.now();
      reader.worker.ref(); // an idle reader keeps no process alive, a working one does
    }
    reader.waiting.set(id, waiting);
    reader.worker.postMessage({ id, job: waiting.job } satisfies ReaderRequest);
    clearTimeout(this.#resting);
    this.#sweeping ??= setInterval(() => this.#sweep(), SWEEP_MS).unref();
  }

  #choose(): Reader {
    let best: Reader | undefined;
    for (const reader of this.#readers) {
      if (!best || reader.waiting.size < best.waiting.size) best = reader;
    }
    if (best?.waiting.size === 0) return best;
    if (!best || this.#readers.size < this.#options.size) return this.#start();
    return best;
  }

  #start(): Reader {
    const worker = new Worker(this.#options.script, { workerData: this.#options.data });
    const reader: Reader = { worker, waiting: new Map(), busySince: undefined };
    worker.on('message', (message: ReaderMessage) => this.#hear(reader, message));
    worker.on('error', (cause) => this.#lost(reader, cause));
    worker.on('exit', () => this.#lost(reader));
    worker.unref();
    this.#readers.add(reader);
    return reader;
  }

  #hear(reader: Reader, message: ReaderMessage): void {
    if (message !== READY) return this.#settle(reader, message);
    // what waited for the thread to start has all its time from here
    const now = performance.now();
    reader.busySince = now;
    for (const waiting of reader.waiting.values()) waiting.since = now;
  }

  #settle(reader: Reader, answer: ReaderAnswer): void {
    const waiting = reader.waiting.get(answer.id);
    reader.waiting.delete(answer.id);
    reader.busySince = performance.now();
    if (reader.waiting.size === 0) reader.worker.unref();
    if (this.#aside.delete(reader)) void reader.worker.terminate();
    if ('page' in answer) return waiting?.resolve(answer.page);
    const { message, code } = answer.failure;
    waiting?.reject(Object.assign(new Error(message), { code }));
  }

  /** The next job starts another thread. */
  #lost(reader: Reader, cause?: unknown): void {
    this.#readers.delete(reader);
    this.#aside.delete(reader);
    for (const job of reader.waiting.values()) {
      job.reject(new AppError('unavailable', 'A reader of the database ended.', { cause }));
    }
    reader.waiting.clear();
  }

  #sweep(): void {
    const now = performance.now();
    const { timeoutMs, patienceMs = 250, onSlow } = this.#options;
    for (const reader of this.#all()) {
      const [running] = reader.waiting;
      if (!running || reader.busySince === undefined) continue;
      const isStuck = now - reader.busySince > patienceMs && !this.#aside.has(reader);
      if (isStuck) onSlow?.(running[1].job);
      this.#expire(reader, now - timeoutMs);
      if (!reader.waiting.has(running[0])) this.#replace(reader, undefined);
      else if (isStuck && this.#aside.size < MOST_ASIDE) this.#replace(reader, running);
    }
    if (this.#all().every(({ waiting }) => waiting.size === 0)) this.#stopSweeping();
  }

  #stopSweeping(): void {
    clearInterval(this.#sweeping);
    this.#sweeping = undefined;
    this.#resting = setTimeout(() => this.#rest(), this.#options.idleMs ?? IDLE_MS).unref();
  }

  #rest(): void {
    for (const { worker } of this.#readers) void worker.terminate();
    this.#readers.clear();
  }

  #expire(reader: Reader, before: number): void {
    for (const [id, waiting] of reader.waiting) {
      if (waiting.since > before) continue;
      reader.waiting.delete(id);
      waiting.reject(new AppError('timeout', 'The query took too long.'));
    }
  }

  /**
   * SQLite cannot be interrupted: the thread is left to what it does, and what waits behind that goes elsewhere.
   * Its answer still counts where somebody waits for it.
   */
  #replace(reader: Reader, running: [number, Waiting] | undefined): void {
    this.#readers.delete(reader);
    this.#aside.delete(reader);
    if (running) this.#aside.add(reader);
    else void reader.worker.terminate();
    const queued = [...reader.waiting].filter(([id]) => id !== running?.[0]);
    reader.waiting.clear();
    if (running) reader.waiting.set(...running);
    for (const [id, waiting] of queued) this.#send(id, waiting);
  }

  #forget(id: number): Waiting | undefined {
    const reader = this.#all().find(({ waiting }) => waiting.has(id));
    const waiting = reader?.waiting.get(id);
    reader?.waiting.delete(id);
    return waiting;
  }
}
