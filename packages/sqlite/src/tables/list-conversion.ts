import type { Collection, Field } from '@davit/domain';
import { isMultiple } from '@davit/domain';
import type { Database } from 'better-sqlite3';
import { quoteIdentifier } from '../sql.ts';
import { columnDefinition } from './column.ts';

interface View {
  name: string;
  sql: string;
}

/** Rewrites the columns of fields that became a list, or stopped being one (the last entry stays). */
export function convertLists(db: Database, next: Collection, previous: Collection): void {
  const changed = next.fields.filter((field) => {
    const before = previous.fields.find(({ id }) => id === field.id);
    return before !== undefined && isMultiple(field) !== isMultiple(before);
  });
  if (changed.length === 0) return;
  // views over the table would refuse the renames
  const views = db
    .prepare<[], View>(`SELECT name, sql FROM sqlite_master WHERE type = 'view'`)
    .all();
  for (const { name } of views) db.exec(`DROP VIEW ${quoteIdentifier(name)}`);
  for (const field of changed) convert(db, next.name, field);
  for (const { sql } of views) db.exec(sql);
}

function convert(db: Database, tableName: string, field: Field): void {
  const table = quoteIdentifier(tableName);
  const column = quoteIdentifier(field.name);
  const old = quoteIdentifier('_davit_column_old');
  db.exec(`ALTER TABLE ${table} RENAME COLUMN ${column} TO ${old}`);
  db.exec(`ALTER TABLE ${table} ADD COLUMN ${column} ${columnDefinition(field)}`);
  db.exec(`UPDATE ${table} SET ${column} = ${isMultiple(field) ? toList(old) : toSingle(old)}`);
  db.exec(`ALTER TABLE ${table} DROP COLUMN ${old}`);
}

const isList = (column: string): string =>
  `json_valid(${column}) AND json_type(${column}) = 'array'`;

function toList(column: string): string {
  return `CASE WHEN COALESCE(${column}, '') = '' THEN '[]'
    WHEN ${isList(column)} THEN ${column} ELSE json_array(${column}) END`;
}

function toSingle(column: string): string {
  return `CASE WHEN COALESCE(${column}, '[]') = '[]' THEN ''
    WHEN ${isList(column)} THEN COALESCE(json_extract(${column}, '$[#-1]'), '') ELSE ${column} END`;
}
