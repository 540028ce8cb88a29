import {
  AppError,
  type Collection,
  type Field,
  type FieldError,
  type FieldErrors,
  type Row,
  type WriteTx,
} from '@davit/domain';
import { REQUIRED } from '../fields/field-kind.ts';
import { checkSingle } from './view-columns.ts';
import { readViewFields, viewComplaint, isSameQuery, type ViewComplaint } from './view-fields.ts';

/** Whatever they are called. Throws `invalid` with `data.viewQuery`. */
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
    checkSingle(query);
    return readViewFields(query, find);
  } catch (error) {
    throw invalidQuery(error, message, REQUIRED);
  }
}

/** how many records of a view are looked at */
export const SAMPLE = 10;

export interface ViewOptions {
  previous: Collection | undefined;
  message: string;
  /** its first records, where they were read already */
  sample?: (() => Row[]) | undefined;
}

/** Creates the view. Each of its first records must have an id of its own, unless its query is as it was. */
export function saveView(
  tx: WriteTx,
  view: Collection,
  { previous, message, sample }: ViewOptions,
): void {
  const complaint = viewComplaint(view.fields);
  try {
    tx.collections.save(view, previous);
  } catch (error) {
    if (!AppError.is(error, 'invalid')) throw error;
    const isKnown = error.message === complaint?.message;
    throw invalidQuery(error, message, isKnown ? complaint.fields : REQUIRED);
  }
  if (complaint) throw invalidQuery(new Error(complaint.message), message, complaint.fields);
  try {
    if (isSameQuery(previous, view)) checkReadable(tx, view);
    else checkIds(sample ? sample() : readView(tx, view, SAMPLE));
  } catch (error) {
    if (!AppError.is(error, 'invalid')) throw error;
    throw invalidQuery(error, message, undefined);
  }
}

/** Throws `invalid` unless every record has an id of its own. */
export function checkIds(rows: readonly Row[]): void {
  const ids = new Set(rows.map(({ id }) => id));
  if (ids.has('') || ids.has(null)) {
    throw new AppError('invalid', 'the query could return records with empty or invalid ids');
  }
  if (ids.size < rows.length) {
    throw new AppError('invalid', 'the query could return records with non-unique ids');
  }
}

/** Throws `invalid` where what the view reads is not there any more. Costs nothing, however slow its query is. */
export function checkReadable(tx: WriteTx, view: Collection): void {
  readView(tx, view, 0);
}

function readView(tx: WriteTx, view: Collection, limit: number): Row[] {
  const query = { table: view.name, view: true, joins: [], order: [] };
  return tx.query(query, { offset: 0, limit, count: false }).rows;
}

/** What is wrong with what the fields of a view are called, beside what else is wrong with it. */
export function viewErrors({ type, fields }: Collection): FieldErrors {
  const complaint = type === 'view' ? viewComplaint(fields) : undefined;
  if (!complaint) return {};
  return { fields: complaint.fields, viewQuery: queryError(complaint.message) };
}

type FieldsError = ViewComplaint['fields'] | undefined;

function invalidQuery(cause: unknown, message: string, fields: FieldsError): AppError {
  const raw = cause instanceof Error ? cause.message : String(cause);
  const data = { ...(fields && { fields }), viewQuery: queryError(raw) };
  return new AppError('invalid', message, { data });
}

function queryError(raw: string): FieldError {
  return {
    code: 'validation_invalid_view_query',
    message: `Invalid query - ${raw}${/[.?!]$/.test(raw) ? '' : '.'}`,
  };
}
