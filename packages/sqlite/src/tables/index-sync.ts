import type { Collection, FieldErrors } from '@davit/domain';
import { AppError, parseIndex, renderIndex } from '@davit/domain';
import type { Database } from 'better-sqlite3';
import { sqliteMessage } from '../error.ts';
import { quoteIdentifier } from '../sql.ts';
import { withTextLiterals } from './text-literal.ts';

/** Throws `invalid` with every index that cannot be made, by position. */
export function createIndexes(db: Database, collection: Collection): void {
  const failures: FieldErrors = {};
  for (const [position, statement] of collection.indexes.entries()) {
    const failure = createIndex(db, statement, collection.name);
    if (failure !== undefined) {
      const code = 'validation_invalid_index_expression';
      failures[String(position)] = { code, message: failure };
    }
  }
  if (Object.keys(failures).length === 0) return;
  throw new AppError('invalid', 'Failed to create an index.', { data: { indexes: failures } });
}

export function dropIndexes(db: Database, collection: Collection): void {
  for (const statement of collection.indexes) {
    const name = parseIndex(statement)?.name;
    if (name) db.exec(`DROP INDEX IF EXISTS ${quoteIdentifier(name)}`);
  }
}

/** Always on the collection's own table, whatever the statement says. Answers what went wrong. */
function createIndex(db: Database, statement: string, table: string): string | undefined {
  const index = parseIndex(statement);
  if (!index || index.name === '') return 'Invalid CREATE INDEX expression.';
  try {
    withTextLiterals(renderIndex({ ...index, table }), (text) => db.exec(text));
    return undefined;
  } catch (error) {
    return `Failed to create index ${index.name} - ${sqliteMessage(error)}.`;
  }
}
