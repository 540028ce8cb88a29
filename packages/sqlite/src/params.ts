import type { Database } from 'better-sqlite3';

/** `_params`: settings and other single values, as JSON in a BLOB. */
export class Params {
  readonly #connection: Database;

  constructor(connection: Database) {
    this.#connection = connection;
  }

  /** `undefined` when absent; text that is no JSON (encrypted settings) comes as it is. */
  get(key: string): unknown {
    const value = this.#connection
      .prepare<[string], string | Buffer | null>('SELECT value FROM _params WHERE id = ?')
      .pluck()
      .get(key);
    if (value === undefined || value === null) return undefined;
    const text = value.toString();
    try {
      return JSON.parse(text) as unknown;
    } catch {
      return text;
    }
  }

  set(key: string, value: unknown): void {
    this.setText(key, JSON.stringify(value));
  }

  setText(key: string, text: string): void {
    this.#connection
      .prepare(
        `INSERT INTO _params (id, value) VALUES (?, ?) ON CONFLICT (id) DO UPDATE
         SET value = excluded.value, updated = strftime('%Y-%m-%d %H:%M:%fZ')`,
      )
      .run(key, Buffer.from(text));
  }
}
