import type { Database } from 'better-sqlite3';

/** The guard as a condition: it holds, or ends the statement. Without arguments SQLite asks it in the outermost loop. */
export const ROW_GUARD = 'davit_row_guard()';
const OVER = 'DAVIT_TRIAL_OVER';
/** For rows that take longer than their plan says: a list of thousands of entries in each. */
const MOST_MS = 500;

/**
 * Ends a statement from within, which is the only way on a thread: SQLite calls it for each row of the outermost loop,
 * before it looks at anything else of that row.
 */
export class RowGuard {
  readonly #now: () => number;
  #left = Infinity;
  #end = Infinity;

  constructor(connection: Database, now: () => number = () => performance.now()) {
    this.#now = now;
    // not deterministic, or SQLite would ask it once
    connection.function('davit_row_guard', { deterministic: false }, () => this.#visit());
  }

  /** What `work` reads ends with an error (`isTrialOver`) at more than `rows` rows, or when they take too long. */
  limit<T>(rows: number, work: () => T): T {
    this.#left = rows;
    this.#end = this.#now() + MOST_MS;
    try {
      return work();
    } finally {
      this.#left = Infinity;
      this.#end = Infinity;
    }
  }

  #visit(): 1 {
    this.#left -= 1;
    if (this.#left >= 0 && this.#now() <= this.#end) return 1;
    throw Object.assign(new Error('More than a few rows.'), { code: OVER });
  }
}

/** Told by the code, so that errors which crossed a thread count too. */
export function isTrialOver(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === OVER;
}
