import type { Row } from './query.ts';

export interface ConsoleColumn {
  name: string;
  /** as declared, '' for what is computed */
  type: string;
  nullable: boolean;
}

export interface ConsoleResult {
  /** milliseconds */
  execTime: number;
  /** of the last statement that changes rows */
  affectedRows: number;
  columns: ConsoleColumn[];
  /** of the last statement; every cell as text or null */
  rows: (string | null)[][];
}

/**
 * Statements that people type. They run apart from everything else and are ended at a deadline.
 * Errors: `invalid` (`message` says what SQLite has against it), `timeout`, `unavailable`.
 */
export interface QueryConsole {
  /** One or more statements; those that change something share one transaction. */
  runQuery(query: string): Promise<ConsoleResult>;
  /** The first rows of a SELECT, as if it were a view. Nothing is kept. */
  sampleView(query: string, limit: number): Promise<Row[]>;
}
