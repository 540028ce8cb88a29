import { AppError } from '@davit/domain';
import type { WriteTx } from '@davit/domain';
import type { Database, Statement } from 'better-sqlite3';
import { isSqliteError } from './error.ts';

/** Operations that may share one transaction. */
const LARGEST_GROUP = 500;
const LOCK_WAIT_MS = 10_000;
const LONGEST_PAUSE_MS = 100;

interface Operation {
  kind: 'operation';
  run(): unknown;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}
interface Exclusive {
  kind: 'exclusive';
  run(): Promise<void>;
}

export interface WriterOptions {
  /** used by the writer alone; `busy_timeout` 0, so that a foreign lock never blocks the event loop */
  connection: Database;
  tx: WriteTx;
  /** how long to wait for a lock another process holds; 10 s when absent */
  lockWaitMs?: number;
}

export interface WriterStats {
  /** operations and transactions that wait */
  queue: number;
  /** operations since the start, those that were refused among them */
  writes: number;
  commits: number;
}

/**
 * The one writer. Operations queued in the same tick share a transaction (group commit), a savepoint each;
 * an exclusive transaction has the connection to itself. Both are served in order.
 */
export class Writer {
  readonly #connection: Database;
  readonly #statements: Statements;
  readonly #tx: WriteTx;
  readonly #lockWaitMs: number;
  readonly #queue: (Operation | Exclusive)[] = [];
  #draining: Promise<void> | undefined;
  #closed = false;
  #writes = 0;
  #commits = 0;

  constructor(options: WriterOptions) {
    this.#connection = options.connection;
    this.#statements = prepareStatements(options.connection);
    this.#tx = options.tx;
    this.#lockWaitMs = options.lockWaitMs ?? LOCK_WAIT_MS;
  }

  /** Resolves after COMMIT. An operation that throws is undone alone. */
  write<T>(operation: (tx: WriteTx) => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#add({
        kind: 'operation',
        run: () => operation(this.#tx),
        resolve: resolve,
        reject,
      });
    });
  }

  /** Rolled back when `run` throws. */
  transaction<T>(run: (tx: WriteTx) => Promise<T>): Promise<T> {
    return new Promise<T>((resolve) => {
      this.#add({
        kind: 'exclusive',
        run: async () => {
          const work = this.#exclusively(run);
          resolve(work);
          await work.catch(() => undefined); // the caller's to handle; the queue goes on
        },
      });
    });
  }

  /** Work elsewhere (another process) that needs the lock: nobody writes here meanwhile. */
  exclusively<T>(work: () => Promise<T>): Promise<T> {
    return new Promise<T>((resolve) => {
      this.#add({
        kind: 'exclusive',
        run: async () => {
          const working = work();
          resolve(working);
          await working.catch(() => undefined);
        },
      });
    });
  }

  stats(): WriterStats {
    return { queue: this.#queue.length, writes: this.#writes, commits: this.#commits };
  }

  /** Finishes what is queued and takes no more. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#draining;
  }

  #add(job: Operation | Exclusive): void {
    if (this.#closed) throw new AppError('unavailable', 'The database is closing.');
    this.#queue.push(job);
    this.#draining ??= this.#drain();
  }

  async #drain(): Promise<void> {
    // The end of this turn of the loop: everything it queues goes into the first group.
    await new Promise((resolve) => setImmediate(resolve));
    for (let job = this.#queue[0]; job; job = this.#queue[0]) {
      if (job.kind === 'exclusive') {
        this.#queue.shift();
        await job.run();
      } else await this.#commitGroup(this.#takeGroup());
    }
    this.#draining = undefined;
  }

  #takeGroup(): Operation[] {
    const group: Operation[] = [];
    while (group.length < LARGEST_GROUP && this.#queue[0]?.kind === 'operation') {
      group.push(this.#queue.shift() as Operation);
    }
    return group;
  }

  async #commitGroup(group: Operation[]): Promise<void> {
    this.#writes += group.length;
    const answers: (() => void)[] = [];
    try {
      await this.#begin();
      for (const operation of group) answers.push(this.#attempt(operation, group.length > 1));
      await this.#unlocked('commit');
    } catch (error) {
      this.#rollBack();
      for (const operation of group) operation.reject(error);
      return;
    }
    for (const answer of answers) answer();
  }

  /** Runs one operation; what it answers is told only once the group is committed. */
  #attempt(operation: Operation, shared: boolean): () => void {
    if (shared) this.#statements.savepoint.run();
    try {
      const value = operation.run();
      if (shared) this.#statements.release.run();
      return () => operation.resolve(value);
    } catch (error) {
      // A full disk or an I/O error ends the whole transaction, and with it the group.
      if (!shared || !this.#connection.inTransaction) throw error;
      this.#statements.undo.run();
      this.#statements.release.run();
      return () => operation.reject(error);
    }
  }

  async #exclusively<T>(run: (tx: WriteTx) => Promise<T>): Promise<T> {
    await this.#begin();
    try {
      const value = await run(this.#tx);
      await this.#unlocked('commit');
      return value;
    } catch (error) {
      this.#rollBack();
      throw error;
    }
  }

  async #begin(): Promise<void> {
    this.#rollBack();
    await this.#unlocked('begin');
  }

  /** Where even that fails (the disk is full), the next one that begins tries it again. */
  #rollBack(): void {
    try {
      if (this.#connection.inTransaction) this.#connection.exec('ROLLBACK');
    } catch (error) {
      if (!isSqliteError(error)) throw error;
    }
  }

  /** Tries again while another process holds the lock. Throws `unavailable` when it takes too long. */
  async #unlocked(statement: 'begin' | 'commit'): Promise<void> {
    const deadline = Date.now() + this.#lockWaitMs;
    for (let pause = 2; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      try {
        this.#statements[statement].run();
        if (statement === 'commit') this.#commits++;
        return;
      } catch (error) {
        if (!isBusy(error)) throw error;
        if (Date.now() > deadline) {
          throw new AppError('unavailable', 'The database is locked by another process.', {
            cause: error,
          });
        }
      }
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}

type Statements = Record<'begin' | 'commit' | 'savepoint' | 'release' | 'undo', Statement<[]>>;

/** Once for all: reading their text takes longer than most of them do. */
function prepareStatements(connection: Database): Statements {
  const prepare = (text: string): Statement<[]> => connection.prepare<[]>(text);
  return {
    begin: prepare('BEGIN IMMEDIATE'),
    commit: prepare('COMMIT'),
    savepoint: prepare('SAVEPOINT operation'),
    release: prepare('RELEASE operation'),
    undo: prepare('ROLLBACK TO operation'),
  };
}

const isBusy = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_BUSY');
