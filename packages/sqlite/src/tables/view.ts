import { AppError } from '@davit/domain';
import type { Database } from 'better-sqlite3';
import { quoteIdentifier } from '../sql.ts';

interface ColumnInfo {
  name: string;
  type: string;
}

/** Creates the view anew. An `id` that is no text is cast. Throws `invalid` for a query that does not run. */
export function saveView(db: Database, name: string, query: string): void {
  const view = quoteIdentifier(name);
  const select = query.trim().replace(/^;+|;+$/g, '');
  db.exec(`DROP VIEW IF EXISTS ${view}`);
  // one statement only: prepare() refuses more, exec() would run them
  db.prepare(`CREATE VIEW ${view} AS SELECT * FROM (${select})`).run();
  const columns = db.prepare<[string], ColumnInfo>('SELECT name, type FROM pragma_table_info(?)');
  const found = columns.all(name);
  const id = found.find((column) => column.name.toLowerCase() === 'id');
  if (!id) throw new AppError('invalid', 'The view query must have an id column.');
  if (id.type.toUpperCase() === 'TEXT') return;
  const list = found.map((column) => {
    const quoted = quoteIdentifier(column.name);
    return column === id ? `CAST(${quoted} as TEXT) ${quoted}` : quoted;
  });
  dropView(db, name);
  db.prepare(
    `CREATE VIEW ${view} AS SELECT * FROM (SELECT ${list.join(',')} FROM (${select}))`,
  ).run();
}

export function dropView(db: Database, name: string): void {
  db.exec(`DROP VIEW IF EXISTS ${quoteIdentifier(name)}`);
}
