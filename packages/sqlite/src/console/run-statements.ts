import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite';
import type { ConsoleColumn, ConsoleResult, Row } from '@davit/domain';
import { plainRow } from '../readers/read-rows.ts';
import { cellText } from './cell-text.ts';

const MOST_ROWS = 1000;

/** Every statement in order; the columns and rows are those of the last one. */
export function readStatements(db: DatabaseSync, query: string): ConsoleResult {
  const started = performance.now();
  let columns: ConsoleColumn[] = [];
  let rows: (string | null)[][] = [];
  for (const statement of statements(db, query)) {
    columns = columnsOf(statement);
    rows = rowsOf(statement, columns.length);
  }
  return { execTime: elapsed(started), affectedRows: 0, columns, rows };
}

/** What SQLite does outside of transactions only. */
const ALONE = /^\s*(?:vacuum|pragma)\b/i;

/** All or none. */
export function writeStatements(db: DatabaseSync, query: string): ConsoleResult {
  if (ALONE.test(query)) return readStatements(db, query);
  const started = performance.now();
  let affectedRows = 0;
  db.exec('BEGIN IMMEDIATE');
  try {
    for (const statement of statements(db, query)) {
      const before = totalChanges(db);
      const hasRows = statement.columns().length > 0;
      if (hasRows) rowsOf(statement, 0);
      else affectedRows = Number(statement.run().changes);
      if (hasRows) affectedRows = totalChanges(db) - before || affectedRows;
    }
    db.exec('COMMIT');
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
  return { execTime: elapsed(started), affectedRows, columns: [], rows: [] };
}

/** A SELECT read through a view that only this connection sees. */
export function sampleView(db: DatabaseSync, query: string, limit: number): Row[] {
  db.exec(`CREATE TEMP VIEW _davit_sample AS SELECT * FROM (${query})`);
  const statement = db.prepare('SELECT * FROM _davit_sample LIMIT ?');
  statement.setReadBigInts(true);
  return statement.all(limit).map(plainRow);
}

/** SQLite itself finds where a statement ends. */
function* statements(db: DatabaseSync, query: string): Generator<StatementSync> {
  let rest = query;
  while (!isBlank(rest)) {
    const statement = db.prepare(rest);
    statement.setReadBigInts(true);
    const { length } = statement.sourceSQL;
    yield statement;
    rest = rest.slice(length);
  }
}

function totalChanges(db: DatabaseSync): number {
  return Number(db.prepare('SELECT total_changes() AS total').get()?.total);
}

function isBlank(text: string): boolean {
  return /^(?:\s|;|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)*$/.test(text);
}

function columnsOf(statement: StatementSync): ConsoleColumn[] {
  return statement
    .columns()
    .map(({ name, type }) => ({ name, type: type?.toUpperCase() ?? '', nullable: true }));
}

function rowsOf(statement: StatementSync, width: number): (string | null)[][] {
  statement.setReturnArrays(true);
  const rows: (string | null)[][] = [];
  for (const row of statement.iterate() as Iterable<unknown>) {
    if (rows.length === MOST_ROWS) break;
    rows.push(
      Array.from({ length: width }, (_cell, index) => cellText((row as SQLOutputValue[])[index])),
    );
  }
  return rows;
}

function elapsed(started: number): number {
  return Math.round(performance.now() - started);
}
