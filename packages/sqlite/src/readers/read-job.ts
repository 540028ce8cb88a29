import type { RowPage } from '@davit/domain';
import type { CountCache } from './count-cache.ts';
import { readRows } from './read-rows.ts';
import type { Statement, StatementCache } from './statement-cache.ts';

/** One read: a page of rows and, when asked for, how many there are in all. */
export interface ReadJob {
  page: Statement;
  count?: Statement;
  /** there are as many until something is written */
  stable?: boolean;
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
