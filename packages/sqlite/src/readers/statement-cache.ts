import type { Value } from '@davit/domain';
import type { Database, Statement as PreparedStatement } from 'better-sqlite3';

/** SQL and what is bound to it. */
export interface Statement {
  sql: string;
  /** in the order of the `?`; booleans were turned into 0/1 */
  parameters: Exclude<Value, boolean>[];
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
