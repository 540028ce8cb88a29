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
}

interface Waiting {
  resolve(page: RowPage): void;
  reject(error: unknown): void;
}

interface Reader {
  worker: Worker;
  waiting: Map<number, Waiting>;
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

  /** Throws what SQLite threw (an Error with `code`), or `unavailable` when the thread died. */
  run(job: ReadJob): Promise<RowPage> {
    if (this.#closed) throw new AppError('unavailable', 'The database is closing.');
    const reader = this.#choose();
    const id = (this.#lastId += 1);
    return new Promise((resolve, reject) => {
      reader.waiting.set(id, { resolve, reject });
      reader.worker.ref(); // an idle reader keeps no process alive, a working one does
      reader.worker.postMessage({ id, job } satisfies ReaderRequest);
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#readers].map(({ worker }) => worker.terminate()));
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
}

function settle(reader: Reader, answer: ReaderAnswer): void {
  const waiting = reader.waiting.get(answer.id);
  reader.waiting.delete(answer.id);
  if (reader.waiting.size === 0) reader.worker.unref();
  if ('page' in answer) return waiting?.resolve(answer.page);
  const { message, code } = answer.failure;
  waiting?.reject(Object.assign(new Error(message), { code }));
}
