import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import { AppError } from '@davit/domain';
import type { RowPage } from '@davit/domain';
import type { ReadJob } from './read-job.ts';
import { READY } from './reader-message.ts';
import type { ReaderAnswer, ReaderData, ReaderMessage, ReaderRequest } from './reader-message.ts';

/** More than these wait for nobody's good. */
const LONGEST_QUEUE = 100;
/** A process that has nothing to do for this long gives its memory back. */
const IDLE_MS = 10_000;

export interface SlowLaneOptions {
  /** how many processes at most; they start when first needed */
  size: number;
  /** the reader's script: the source file, or what it was bundled to */
  script: URL;
  data: ReaderData;
  /** from when a job is asked for; then its process is killed */
  timeoutMs: number;
  /** how long an idle process stays; default 10 s */
  idleMs?: number;
}

interface Task {
  job: ReadJob;
  resolve(page: RowPage): void;
  reject(error: unknown): void;
}

interface Reader {
  child: ChildProcess;
  task: Task | undefined;
  /** runs while it is idle */
  timer: NodeJS.Timeout | undefined;
}

/**
 * Reads that may take long, in processes of low priority that run one at a time: unlike a thread, a process can be
 * killed in the middle of a query.
 */
export class SlowLane {
  readonly #options: SlowLaneOptions;
  readonly #readers = new Set<Reader>();
  readonly #queue: Task[] = [];
  #closed = false;

  constructor(options: SlowLaneOptions) {
    this.#options = options;
  }

  /**
   * Throws what SQLite threw (an Error with `code`), `timeout`, `rate_limited` where too many wait, `unavailable`
   * when the process died, or the signal's reason.
   */
  async run(job: ReadJob, signal?: AbortSignal): Promise<RowPage> {
    if (this.#closed) throw new AppError('unavailable', 'The database is closing.');
    signal?.throwIfAborted();
    if (this.#queue.length >= LONGEST_QUEUE) {
      throw new AppError('rate_limited', 'Too many slow queries wait already.');
    }
    const { promise, resolve, reject } = Promise.withResolvers<RowPage>();
    const task: Task = { job, resolve, reject };
    const timeout = (): void =>
      this.#giveUp(task, new AppError('timeout', 'The query took too long.'));
    const timer = setTimeout(timeout, this.#options.timeoutMs);
    const abort = (): void => this.#giveUp(task, signal?.reason);
    signal?.addEventListener('abort', abort, { once: true });
    this.#queue.push(task);
    this.#next();
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    }
  }

  /** how many processes run, how many of them work, and what waits */
  stats(): { processes: number; busy: number; queue: number } {
    const busy = [...this.#readers].filter(({ task }) => task !== undefined).length;
    return { processes: this.#readers.size, busy, queue: this.#queue.length };
  }

  /** Kills what runs. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const task of this.#queue.splice(0)) task.reject(closing());
    await Promise.all([...this.#readers].map((reader) => this.#end(reader, closing())));
  }

  #next(): void {
    if (this.#queue.length === 0) return;
    let reader = [...this.#readers].find(({ task }) => task === undefined);
    if (!reader && this.#readers.size < this.#options.size) reader = this.#start();
    const task = reader && this.#queue.shift();
    if (!reader || !task) return;
    clearTimeout(reader.timer);
    reader.task = task;
    reader.child.ref();
    reader.child.channel?.ref();
    reader.child.send({ id: 0, job: task.job } satisfies ReaderRequest, (error) => {
      if (error) void this.#end(reader, lost(error));
    });
  }

  #start(): Reader {
    const { script, data } = this.#options;
    const child = fork(fileURLToPath(script), [JSON.stringify(data)], {
      execArgv: [],
      env: {},
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    const reader: Reader = { child, task: undefined, timer: undefined };
    this.#readers.add(reader);
    child.on('message', (message: ReaderMessage) => {
      if (message !== READY) this.#settle(reader, message);
    });
    child.on('error', (cause) => void this.#end(reader, lost(cause)));
    child.on('exit', () => void this.#end(reader, lost()));
    giveWay(child);
    return reader;
  }

  #settle(reader: Reader, answer: ReaderAnswer): void {
    const { task } = reader;
    reader.task = undefined;
    reader.timer = setTimeout(() => void this.#end(reader), this.#options.idleMs ?? IDLE_MS);
    // an idle process keeps nobody alive
    reader.timer.unref();
    reader.child.unref();
    reader.child.channel?.unref();
    if ('page' in answer) task?.resolve(answer.page);
    else {
      const { message, code } = answer.failure;
      task?.reject(Object.assign(new Error(message), { code }));
    }
    this.#next();
  }

  #giveUp(task: Task, error: unknown): void {
    const place = this.#queue.indexOf(task);
    if (place !== -1) this.#queue.splice(place, 1);
    const reader = [...this.#readers].find((candidate) => candidate.task === task);
    if (reader) void this.#end(reader, error);
    task.reject(error);
  }

  /** Resolves when the process is gone; another takes its place for what waits. */
  async #end(reader: Reader, error?: unknown): Promise<void> {
    if (!this.#readers.delete(reader)) return;
    clearTimeout(reader.timer);
    reader.task?.reject(error);
    const { child } = reader;
    const gone =
      child.exitCode === null && child.signalCode === null && child.pid !== undefined
        ? new Promise((resolve) => child.once('exit', resolve))
        : undefined;
    child.ref();
    child.kill('SIGKILL');
    this.#next();
    await gone;
  }
}

function giveWay({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) setPriority(pid, constants.priority.PRIORITY_LOW);
  } catch {
    // gone already, or not allowed: it competes with the others then
  }
}

function closing(): AppError {
  return new AppError('unavailable', 'The database is closing.');
}

function lost(cause?: unknown): AppError {
  return new AppError('unavailable', 'A reader of the database ended.', { cause });
}
