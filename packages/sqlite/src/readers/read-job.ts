import type { RowPage, Value } from '@davit/domain';
import type { Database, Statement as PreparedStatement } from 'better-sqlite3';
import type { CountCache } from './count-cache.ts';
import { readRows } from './read-rows.ts';

export interface Statement {
  sql: string;
  /** in the order of the `?`; booleans were turned into 0/1 */
  parameters: Exclude<Value, boolean>[];
}

/** One read: a page of rows and, when asked for, how many there are in all. */
export interface ReadJob {
  page: Statement;
  count?: Statement;
  /** there are as many until something is written */
  stable?: boolean;
}

/** Statements prepared on one connection, by their text; the oldest go. */
export class StatementCache {
  static readonly #most = 500;
  readonly #connection: Database;
  readonly #statements = new Map<string, PreparedStatement<unknown[]>>();

  constructor(connection: Database) {
    this.#connection = connection;
  }

  prepare(sql: string): PreparedStatement<unknown[]> {
    const known = this.#statements.get(sql);
    if (known) return known;
    const [oldest] = this.#statements.keys();
    if (oldest !== undefined && this.#statements.size >= StatementCache.#most) {
      this.#statements.delete(oldest);
    }
    const statement = this.#connection.prepare<unknown[]>(sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}

/** Runs a job on a connection; `counts` are its own. Throws what SQLite throws. */
export function runReadJob(
  statements: StatementCache,
  { page, count, stable }: ReadJob,
  counts?: CountCache,
): RowPage {
  const rows = readRows(statements.prepare(page.sql), page.parameters);
  if (!count) return { rows, total: -1 };
  const work = (): number => countRows(statements, count);
  return { rows, total: stable && counts ? counts.get(count, work) : work() };
}

function countRows(statements: StatementCache, { sql, parameters }: Statement): number {
  return statements
    .prepare(sql)
    .pluck()
    .get(...parameters) as number;
}
