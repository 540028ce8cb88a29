import type { Database } from 'better-sqlite3';
import type { Statement } from './statement-cache.ts';

interface Step {
  id: number;
  parent: number;
  detail: string;
}

/** how many rows a table has, about; undefined: it is none */
type RowsOf = (name: string) => number | undefined;

/** Entries of a multi-value column, as a rule. */
const ENTRIES = 4;
/** Rows of what is made on the way: a view, a sub-query; and at least of what a list or a recursion makes. */
const UNKNOWN_ROWS = 1000;

/**
 * How many rows SQLite may look at to answer a statement, going by its plan: loops within loops, each over a whole
 * table or over what an index finds. Rough, and rather too high.
 */
export function planCost(connection: Database, statement: Statement, rowsOf: RowsOf): number {
  const explain = connection.prepare(`EXPLAIN QUERY PLAN ${statement.sql}`);
  const steps = explain.all(...statement.parameters) as Step[];
  const cost = costBelow(0, steps, rowsOf);
  const isOpen = steps.some(({ detail }) => /VIRTUAL TABLE|RECURSIVE/.test(detail));
  return isOpen ? Math.max(cost, UNKNOWN_ROWS) : cost;
}

function costBelow(parent: number, steps: readonly Step[], rowsOf: RowsOf): number {
  let [loops, cost] = [1, 0];
  const inner: Step[] = [];
  for (const step of steps.filter((candidate) => candidate.parent === parent)) {
    const rows = rowsVisited(step.detail, rowsOf);
    if (rows === undefined) inner.push(step);
    else {
      loops *= rows;
      cost += loops;
      if (step.detail.includes(' AUTOMATIC ')) cost += nameOf(step.detail, rowsOf);
    }
  }
  for (const { id, detail } of inner) {
    // what does not depend on the rows around it is worked out once
    const times = detail.startsWith('CORRELATED') ? loops : 1;
    cost += times * costBelow(id, steps, rowsOf);
  }
  return cost;
}

/** In each round of the loop around it; undefined: the step is no loop. */
function rowsVisited(detail: string, rowsOf: RowsOf): number | undefined {
  const [, kind] = /^(SCAN|SEARCH) (\S+)/.exec(detail) ?? [];
  if (kind === undefined) return undefined;
  if (detail.includes('VIRTUAL TABLE')) return ENTRIES;
  const rows = nameOf(detail, rowsOf);
  if (kind === 'SCAN') return rows;
  if (/\((?:id|rowid)=\?\)/.test(detail)) return 1;
  if (/[<>]\?/.test(detail)) return Math.max(1, rows / 2);
  return Math.max(Math.min(rows, 10), rows / 50);
}

function nameOf(detail: string, rowsOf: RowsOf): number {
  const [, name = ''] = /^(?:SCAN|SEARCH) (\S+)/.exec(detail) ?? [];
  return rowsOf(name) ?? UNKNOWN_ROWS;
}
