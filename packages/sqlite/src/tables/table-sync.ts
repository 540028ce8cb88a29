import { AppError, type Collection, type Field } from '@davit/domain';
import type { Database } from 'better-sqlite3';
import { isSqliteError, sqliteMessage } from '../error.ts';
import { quoteIdentifier } from '../sql.ts';
import { columnDefinition } from './column.ts';
import { createIndexes, dropIndexes } from './index-sync.ts';
import { convertLists } from './list-conversion.ts';

/** Columns in alphabetical order, then the indexes. Throws `invalid` for an index that cannot be made. */
export function createTable(db: Database, collection: Collection): void {
  const columns = collection.fields
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map((field) => `${quoteIdentifier(field.name)} ${columnDefinition(field)}`);
  db.exec(`CREATE TABLE ${quoteIdentifier(collection.name)} (${columns.join(', ')})`);
  createIndexes(db, collection);
}

/** Makes the table fit the new definition; fields are the same where their ids are. Values are kept. */
export function alterTable(db: Database, next: Collection, previous: Collection): void {
  const changesIndexes = isDifferent(next, previous);
  if (changesIndexes) dropIndexes(db, previous);
  if (next.name.toLowerCase() !== previous.name.toLowerCase()) {
    db.exec(
      `ALTER TABLE ${quoteIdentifier(previous.name)} RENAME TO ${quoteIdentifier(next.name)}`,
    );
  }
  const alter = `ALTER TABLE ${quoteIdentifier(next.name)}`;
  for (const { id, name } of previous.fields) {
    if (findById(next.fields, id)) continue;
    naming(`drop column ${name}`, () => db.exec(`${alter} DROP COLUMN ${quoteIdentifier(name)}`));
  }
  alterColumns(db, next, previous);
  convertLists(db, next, previous);
  if (changesIndexes) createIndexes(db, next);
}

export function dropTable(db: Database, name: string): void {
  db.exec(`DROP TABLE IF EXISTS ${quoteIdentifier(name)}`);
}

/** Adds and renames under temporary names first, so that two fields can swap theirs. */
function alterColumns(db: Database, next: Collection, previous: Collection): void {
  const alter = `ALTER TABLE ${quoteIdentifier(next.name)}`;
  const moves: [from: string, to: string][] = [];
  for (const [index, field] of next.fields.entries()) {
    const before = findById(previous.fields, field.id);
    if (before?.name === field.name) continue;
    const temporary = `_davit_column_${String(index)}`;
    if (before) {
      const from = quoteIdentifier(before.name);
      db.exec(`${alter} RENAME COLUMN ${from} TO ${quoteIdentifier(temporary)}`);
    } else {
      const column = `${quoteIdentifier(temporary)} ${columnDefinition(field)}`;
      naming(`add column ${field.name}`, () => db.exec(`${alter} ADD COLUMN ${column}`));
    }
    moves.push([temporary, field.name]);
  }
  for (const [from, to] of moves) {
    db.exec(`${alter} RENAME COLUMN ${quoteIdentifier(from)} TO ${quoteIdentifier(to)}`);
  }
}

/** Runs `work`; what fails is told as what it was for. */
function naming(action: string, work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!isSqliteError(error)) throw error;
    throw new AppError('invalid', `failed to ${action} - ${sqliteMessage(error)}`, {
      cause: error,
    });
  }
}

function isDifferent(next: Collection, previous: Collection): boolean {
  const shape = ({ name, fields, indexes }: Collection): string =>
    JSON.stringify([name.toLowerCase(), fields, indexes]);
  return shape(next) !== shape(previous);
}

function findById(fields: readonly Field[], id: string): Field | undefined {
  return fields.find((field) => field.id === id);
}
