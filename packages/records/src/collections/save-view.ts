import {
  AppError,
  toAppError,
  type Collection,
  type Field,
  type Row,
  type WriteTx,
} from '@davit/domain';
import { REQUIRED } from '../fields/field-kind.ts';
import { viewFields } from './view-fields.ts';

/** Throws `invalid` with `data.viewQuery`. */
export function fieldsOfView(
  query: string,
  find: (name: string) => Collection | undefined,
  message: string,
): Field[] {
  if (query === '') {
    const data = { fields: REQUIRED, viewQuery: REQUIRED };
    throw new AppError('invalid', message, { data });
  }
  try {
    return viewFields(query, find);
  } catch (error) {
    throw invalidQuery(error instanceof Error ? error.message : String(error), message);
  }
}

/** how many records of a view are looked at */
export const SAMPLE = 10;

/** Creates the view and looks at its first records: each must have an id of its own. */
export function saveView(
  tx: WriteTx,
  view: Collection,
  { previous, message }: { previous: Collection | undefined; message: string },
): void {
  try {
    tx.collections.save(view, previous);
    checkIds(readView(tx, view));
  } catch (error) {
    if (!AppError.is(error, 'invalid')) throw error;
    throw invalidQuery(toAppError(error).message, message);
  }
}

/** Throws `invalid` unless every record has an id of its own. */
export function checkIds(rows: readonly Row[]): void {
  const ids = new Set(rows.map(({ id }) => id));
  if (ids.size < rows.length || ids.has('') || ids.has(null)) {
    throw new AppError('invalid', 'the query could return records with non-unique ids');
  }
}

/** The first records; throws `invalid` where the view cannot be read any more. */
export function readView(tx: WriteTx, view: Collection): Row[] {
  const query = { table: view.name, view: true, joins: [], order: [] };
  return tx.query(query, { offset: 0, limit: SAMPLE, count: false }).rows;
}

function invalidQuery(raw: string, message: string): AppError {
  const viewQuery = {
    code: 'validation_invalid_view_query',
    message: `Invalid query - ${raw}.`.replace(/\.\.$/, '.'),
  };
  return new AppError('invalid', message, { data: { fields: REQUIRED, viewQuery } });
}
