import { AppError } from '@davit/domain';
import type { Database } from 'better-sqlite3';
import { quoteIdentifier } from '../sql.ts';
import { withQuotedNames } from './quoted-names.ts';
import { withTextLiterals } from './text-literal.ts';

const NO_ID =
  "missing required id column (you can use `(ROW_NUMBER() OVER()) as id` if you don't have one)";

interface ColumnInfo {
  name: string;
  type: string;
}

/** Creates the view anew. An `id` that is no text is cast. Throws `invalid` for a query that does not run. */
export function saveView(db: Database, name: string, query: string): void {
  const select = withQuotedNames(query.trim().replace(/^;+|;+$/g, ''));
  withTextLiterals(select, (text) => createView(db, name, text));
}

function createView(db: Database, name: string, select: string): void {
  const view = quoteIdentifier(name);
  dropView(db, name);
  // one statement only: prepare() refuses more, exec() would run them
  db.prepare(`CREATE VIEW ${view} AS SELECT * FROM (${select})`).run();
  db.prepare(`SELECT * FROM ${view} LIMIT 0`); // what is missing shows only when the view is used
  const columns = db
    .prepare<[string], ColumnInfo>('SELECT name, type FROM pragma_table_info(?)')
    .all(name);
  const id = columns.find((column) => column.name.toLowerCase() === 'id');
  if (!id) throw new AppError('invalid', NO_ID);
  if (id.type.toUpperCase() === 'TEXT') return;
  const list = columns.map((column) => {
    const quoted = quoteIdentifier(column.name);
    return column === id ? `CAST(${quoted} as TEXT) ${quoted}` : quoted;
  });
  dropView(db, name);
  db.exec(`CREATE VIEW ${view} AS SELECT * FROM (SELECT ${list.join(',')} FROM (${select}))`);
}

export function dropView(db: Database, name: string): void {
  db.exec(`DROP VIEW IF EXISTS ${quoteIdentifier(name)}`);
}
