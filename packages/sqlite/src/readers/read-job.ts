import type { RowPage } from '@davit/domain';
import type { Database } from 'better-sqlite3';
import { CountCache } from './count-cache.ts';
import { readRows } from './read-rows.ts';
import { RowGuard } from './row-guard.ts';
import { StatementCache } from './statement-cache.ts';
import type { Statement } from './statement-cache.ts';

/** One read: a page of rows and, when asked for, how many there are in all. */
export interface ReadJob {
  page: Statement;
  count?: Statement;
  /** there are as many until something is written */
  stable?: boolean;
  trial?: Trial;
}

/** Instead of the page: the same with the guard among its conditions, and after how many rows that ends it. */
export interface Trial {
  page: Statement;
  rows: number;
}

/** What jobs on one connection share. */
export interface ReadTools {
  statements: StatementCache;
  counts?: CountCache;
  guard?: RowGuard;
}

/** For a connection that never writes. */
export function readTools(connection: Database): Required<ReadTools> {
  return {
    statements: new StatementCache(connection),
    counts: new CountCache(connection),
    guard: new RowGuard(connection),
  };
}

/** Throws what SQLite throws, and the guard. */
export function runReadJob(tools: ReadTools, { page, count, stable, trial }: ReadJob): RowPage {
  const { statements, counts, guard } = tools;
  const read = ({ sql, parameters }: Statement): RowPage['rows'] =>
    readRows(statements.prepare(sql), parameters);
  const rows = trial && guard ? guard.limit(trial.rows, () => read(trial.page)) : read(page);
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
