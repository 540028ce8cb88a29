import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { AppError } from '@davit/domain';
import type { ConsoleResult, QueryConsole, Row } from '@davit/domain';
import { withQuotedNames } from '../tables/quoted-names.ts';
import type { ConsoleAnswer, ConsoleJob } from './console-message.ts';

const WRITES =
  /^\s*(?:insert|create|update|delete|drop|detach|alter|replace|vacuum|pragma\s+wal_checkpoint)\b/i;
const READ_ONLY = 8;
const LOCKED = new Set([5, 6]);

export interface ConsoleOptions {
  file: string;
  /** the process's script: the source, or what it was bundled to */
  script: URL;
  /** then the process is killed: SQLite cannot be interrupted from another thread */
  timeoutMs: number;
  /** the same for what `sampleView` reads: a read of records like others */
  sampleTimeoutMs: number;
  /** Runs work while nobody else writes. */
  exclusively: <T>(work: () => Promise<T>) => Promise<T>;
}

/** A process for each query, so that none can hold up the server or outlive its deadline. */
export class ProcessConsole implements QueryConsole {
  readonly #options: ConsoleOptions;
  readonly #running = new Set<AbortController>();

  constructor(options: ConsoleOptions) {
    this.#options = options;
  }

  async runQuery(sql: string): Promise<ConsoleResult> {
    const { file } = this.#options;
    const query = withQuotedNames(sql);
    if (!WRITES.test(query)) {
      const answer = await this.#run({ kind: 'read', file, query });
      const writes = 'failure' in answer && answer.failure.code === READ_ONLY;
      if (!writes) return resultOf(answer);
    }
    const job: ConsoleJob = { kind: 'write', file, query };
    return resultOf(await this.#options.exclusively(() => this.#run(job)));
  }

  async sampleView(sql: string, limit: number): Promise<Row[]> {
    const { file } = this.#options;
    const query = withQuotedNames(sql);
    const job: ConsoleJob = { kind: 'sample', file, query, limit };
    const answer = await this.#run(job, this.#options.sampleTimeoutMs);
    return 'rows' in answer ? answer.rows : fail(answer);
  }

  /** Ends what is running. */
  close(): void {
    for (const stop of this.#running) stop.abort();
  }

  async #run(job: ConsoleJob, timeoutMs = this.#options.timeoutMs): Promise<ConsoleAnswer> {
    const stop = new AbortController();
    this.#running.add(stop);
    const timeout = AbortSignal.timeout(timeoutMs);
    const signal = AbortSignal.any([stop.signal, timeout]);
    try {
      return await inProcess(this.#options.script, job, signal);
    } catch (cause) {
      if (timeout.aborted) throw new AppError('timeout', 'The query took too long.', { cause });
      throw new AppError('unavailable', 'The query was ended.', { cause });
    } finally {
      this.#running.delete(stop);
    }
  }
}

function inProcess(script: URL, job: ConsoleJob, signal: AbortSignal): Promise<ConsoleAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<ConsoleAnswer>();
  const child = fork(fileURLToPath(script), {
    signal,
    killSignal: 'SIGKILL',
    execArgv: ['--disable-warning=ExperimentalWarning'],
    env: {},
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  child.once('error', reject);
  child.once('exit', (code) => reject(new Error(`the process ended with ${code}`)));
  child.once('message', (answer: ConsoleAnswer) => resolve(answer));
  child.send(job, (error) => {
    if (error) reject(error);
  });
  return promise;
}

function resultOf(answer: ConsoleAnswer): ConsoleResult {
  return 'result' in answer ? answer.result : fail(answer);
}

function fail(answer: ConsoleAnswer): never {
  const { message, code } = 'failure' in answer ? answer.failure : { message: '', code: 0 };
  throw new AppError(LOCKED.has(code) ? 'unavailable' : 'invalid', message);
}
