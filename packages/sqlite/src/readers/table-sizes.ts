import type { Database } from 'better-sqlite3';

const REMEMBERED_MS = 10_000;
const MOST = 2000;

/** How many rows tables have, about. */
export class TableSizes {
  readonly #connection: Database;
  readonly #now: () => number;
  readonly #sizes = new Map<string, { rows: number | undefined; until: number }>();

  constructor(connection: Database, now: () => number) {
    this.#connection = connection;
    this.#now = now;
  }

  /** The highest row id: found at once, where counting reads the table. Undefined: it is no table. */
  rows(table: string): number | undefined {
    const known = this.#sizes.get(table);
    if (known && known.until > this.#now()) return known.rows;
    const rows = this.#highestRowid(table);
    if (this.#sizes.size >= MOST) this.#sizes.clear();
    this.#sizes.set(table, { rows, until: this.#now() + REMEMBERED_MS });
    return rows;
  }

  #highestRowid(table: string): number | undefined {
    try {
      const name = `\`${table.replaceAll('`', '``')}\``;
      const statement = this.#connection.prepare(`SELECT max(_rowid_) AS rows FROM ${name}`);
      return (statement.get() as { rows: number | null }).rows ?? 0;
    } catch {
      return undefined; // a view, or a sub-query that has a name
    }
  }
}
