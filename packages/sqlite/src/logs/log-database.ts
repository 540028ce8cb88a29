import { join } from 'node:path';
import type {
  LogCount,
  LogEntry,
  LogStore,
  Optimizable,
  PageRequest,
  Query,
  RowPage,
} from '@davit/domain';
import type { Database } from 'better-sqlite3';
import { openReader, openWriter, READER_PRAGMAS } from '../connection.ts';
import { toDatabaseError } from '../error.ts';
import { readTools, runReadJob } from '../readers/read-job.ts';
import type { ReadJob, ReadTools } from '../readers/read-job.ts';
import { ReaderPool } from '../readers/reader-pool.ts';
import { RecordsTx } from '../records-tx.ts';
import { compileQuery } from '../select/select.ts';
import { Writer } from '../writer.ts';

const ALL = 2 ** 31 - 1;
const INSERT = 'INSERT INTO _logs (id, created, level, message, data) VALUES (?, ?, ?, ?, ?)';

export interface LogDatabaseOptions {
  /** an opened directory: auxiliary.db is there */
  directory: string;
  /** read on a thread of its own; otherwise on the calling one */
  threaded: boolean;
  readerUrl?: URL;
  queryTimeoutMs?: number;
}

/** `_logs` in auxiliary.db. */
export class LogDatabase implements LogStore, Optimizable, AsyncDisposable {
  readonly #connection: Database;
  readonly #reader: Database;
  readonly #tools: ReadTools;
  readonly #writer: Writer;
  readonly #pool: ReaderPool | undefined;

  constructor(options: LogDatabaseOptions) {
    const file = join(options.directory, 'auxiliary.db');
    this.#connection = openWriter(file, { synchronous: 'normal' });
    this.#connection.pragma('busy_timeout = 0');
    this.#reader = openReader(file);
    this.#tools = readTools(this.#reader);
    this.#writer = new Writer({
      connection: this.#connection,
      tx: new RecordsTx(this.#connection),
    });
    this.#pool = options.threaded ? readOnThread(file, options) : undefined;
  }

  async insert(entries: readonly LogEntry[]): Promise<void> {
    await this.#writer.write(() => {
      const statement = this.#connection.prepare(INSERT);
      for (const { id, created, level, message, data } of entries) {
        statement.run(id, created, level, message, JSON.stringify(data));
      }
    });
  }

  find(query: Query, page: PageRequest): Promise<RowPage> {
    return this.#read(compileQuery(query, page));
  }

  async countByHour(query: Query): Promise<LogCount[]> {
    const { page } = compileQuery({ ...query, order: [] }, { offset: 0, limit: ALL, count: false });
    const hour = `strftime('%Y-%m-%d %H:00:00', created)`;
    // Only without a condition the index over the hours answers it all.
    const source = query.where ? `(${page.sql})` : '_logs';
    const { rows } = await this.#read({
      page: {
        sql: `SELECT ${hour} || '.000Z' AS date, COUNT(*) AS total FROM ${source} GROUP BY ${hour}`,
        parameters: query.where ? page.parameters : [],
      },
    });
    return rows.map(({ date, total }) => ({ date: String(date), total: Number(total) }));
  }

  async deleteBefore(date: string): Promise<void> {
    await this.#writer.write(() => {
      this.#connection.prepare('DELETE FROM _logs WHERE created <= ?').run(date);
    });
  }

  async deleteAll(): Promise<void> {
    await this.#writer.write(() => this.#connection.exec('DELETE FROM _logs'));
    await this.#writer.exclusively(() => {
      this.#connection.exec('VACUUM');
      return Promise.resolve();
    });
  }

  async optimize(): Promise<void> {
    await this.#writer.exclusively(() => {
      this.#connection.exec('PRAGMA wal_checkpoint(TRUNCATE); PRAGMA optimize');
      return Promise.resolve();
    });
  }

  async close(): Promise<void> {
    await this.#writer.close();
    await this.#pool?.close();
    this.#reader.close();
    this.#connection.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #read(job: ReadJob): Promise<RowPage> {
    try {
      return this.#pool ? await this.#pool.run(job) : runReadJob(this.#tools, job);
    } catch (error) {
      throw toDatabaseError(error);
    }
  }
}

function readOnThread(file: string, options: LogDatabaseOptions): ReaderPool {
  return new ReaderPool({
    size: 1,
    script: options.readerUrl ?? new URL('../readers/reader.ts', import.meta.url),
    data: { file, pragmas: [...READER_PRAGMAS] },
    timeoutMs: options.queryTimeoutMs ?? 30_000,
  });
}
