import type { Database, Statement as PreparedStatement } from 'better-sqlite3';
import type { Statement } from './statement-cache.ts';

const MOST = 1000;

/**
 * How many rows there were, as long as nobody has written since: another process neither, which the file itself tells.
 * For a connection that never writes: SQLite does not tell it of its own writes.
 */
export class CountCache {
  readonly #version: PreparedStatement<[]>;
  readonly #counts = new Map<string, number>();
  #known: unknown;

  constructor(connection: Database) {
    this.#version = connection.prepare<[]>('PRAGMA data_version').pluck();
  }

  /** What `count` answers, or has answered since the last write. */
  get({ sql, parameters }: Statement, count: () => number): number {
    // read before counting: what is written meanwhile is another version the next time
    const version = this.#version.get();
    if (version !== this.#known || this.#counts.size >= MOST) this.#counts.clear();
    this.#known = version;
    const key = `${sql} ${JSON.stringify(parameters)}`;
    const known = this.#counts.get(key);
    if (known !== undefined) return known;
    const counted = count();
    this.#counts.set(key, counted);
    return counted;
  }
}
