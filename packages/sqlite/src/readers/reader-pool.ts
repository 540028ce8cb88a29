import { Worker } from 'node:worker_threads';
import { AppError } from '@davit/domain';
import type { RowPage } from '@davit/domain';
import type { ReadJob } from './read-job.ts';
import type { ReaderAnswer, ReaderData, ReaderRequest } from './reader-message.ts';

export interface ReaderPoolOptions {
  /** how many threads; they start when first needed */
  size: number;
  /** the reader's script: the source file, or what it was bundled to */
  script: URL;
  data: ReaderData;
  /** a job that takes longer fails, and its thread is replaced */
  timeoutMs: number;
}

interface Waiting {
  job: ReadJob;
  timer: NodeJS.Timeout;
  resolve(page: RowPage): void;
  reject(error: unknown): void;
}

interface Reader {
  worker: Worker;
  /** in the order they were sent: the first one is running */
  waiting: Map<number, Waiting>;
}

export interface ReaderStats {
  threads: number;
  busy: number;
  /** jobs that wait */
  queue: number;
}

/** Threads with a read-only connection each. A job goes to the one with the least to do. */
export class ReaderPool {
  readonly #options: ReaderPoolOptions;
  readonly #readers = new Set<Reader>();
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
    const timer = setTimeout(() => this.#expire(id), this.#options.timeoutMs);
    const abort = (): void => this.#forget(id)?.reject(signal?.reason);
    signal?.addEventListener('abort', abort, { once: true });
    this.#send(id, { job, timer, resolve, reject });
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    }
  }

  stats(): ReaderStats {
    const jobs = [...this.#readers].map(({ waiting }) => waiting.size);
    return {
      threads: jobs.length,
      busy: jobs.filter((count) => count > 0).length,
      queue: jobs.reduce((sum, count) => sum + Math.max(0, count - 1), 0),
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#readers].map(({ worker }) => worker.terminate()));
  }

  #send(id: number, waiting: Waiting): void {
    const reader = this.#choose();
    reader.waiting.set(id, waiting);
    reader.worker.ref(); // an idle reader keeps no process alive, a working one does
    reader.worker.postMessage({ id, job: waiting.job } satisfies ReaderRequest);
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
    const reader: Reader = { worker, waiting: new Map() };
    worker.on('message', (answer: ReaderAnswer) => settle(reader, answer));
    worker.on('error', (cause) => this.#lost(reader, cause));
    worker.on('exit', () => this.#lost(reader));
    worker.unref();
    this.#readers.add(reader);
    return reader;
  }

  /** The next job starts another thread. */
  #lost(reader: Reader, cause?: unknown): void {
    this.#readers.delete(reader);
    for (const job of reader.waiting.values()) {
      job.reject(new AppError('unavailable', 'A reader of the database ended.', { cause }));
    }
    reader.waiting.clear();
  }

  /** SQLite cannot be interrupted: a thread that is stuck in the job is left behind, its queue moves on. */
  #expire(id: number): void {
    const reader = this.#findReader(id);
    if (!reader) return;
    const [running] = reader.waiting.keys();
    this.#forget(id)?.reject(new AppError('timeout', 'The query took too long.'));
    if (running !== id) return;
    this.#readers.delete(reader);
    const queued = [...reader.waiting];
    reader.waiting.clear();
    void reader.worker.terminate();
    for (const [next, waiting] of queued) {
      waiting.timer.refresh();
      this.#send(next, waiting);
    }
  }

  #forget(id: number): Waiting | undefined {
    const reader = this.#findReader(id);
    const waiting = reader?.waiting.get(id);
    reader?.waiting.delete(id);
    return waiting;
  }

  #findReader(id: number): Reader | undefined {
    return [...this.#readers].find(({ waiting }) => waiting.has(id));
  }
}

function settle(reader: Reader, answer: ReaderAnswer): void {
  const waiting = reader.waiting.get(answer.id);
  reader.waiting.delete(answer.id);
  if (reader.waiting.size === 0) reader.worker.unref();
  if ('page' in answer) return waiting?.resolve(answer.page);
  const { message, code } = answer.failure;
  waiting?.reject(Object.assign(new Error(message), { code }));
}
