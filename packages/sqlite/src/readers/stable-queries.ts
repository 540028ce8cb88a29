import type { Query } from '@davit/domain';
import type { Database, Statement as PreparedStatement } from 'better-sqlite3';
import { tablesOf } from './tables-of.ts';

/** Tells which queries find other rows only after something was written. */
export class StableQueries {
  readonly #version: PreparedStatement<[]>;
  readonly #tables: PreparedStatement<[]>;
  #names: ReadonlySet<string> = new Set();
  #known: unknown;

  constructor(connection: Database) {
    this.#version = connection.prepare<[]>('PRAGMA schema_version').pluck();
    this.#tables = connection
      .prepare<[]>(`SELECT name FROM sqlite_schema WHERE type = 'table'`)
      .pluck();
  }

  /** Not those that ask views, which may look at the clock, or that do so themselves. `sql` is the query's. */
  has(query: Query, sql: string): boolean {
    if (query.rows || sql.includes('strftime(')) return false;
    const version = this.#version.get();
    if (version !== this.#known) this.#names = new Set(this.#tables.all() as string[]);
    this.#known = version;
    return [...tablesOf(query).values()].every((name) => this.#names.has(name));
  }
}
