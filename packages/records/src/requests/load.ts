import { AppError, type Collection } from '@davit/domain';
import { notFound } from '../failure.ts';
import { buildQuery } from '../queries/build-query.ts';
import type { RecordData } from '../record.ts';
import type { RequestInfo } from '../request.ts';
import { schemaOf } from '../schema.ts';
import type { Context } from './context.ts';

export interface LoadOptions {
  id: string;
  /** only when this holds */
  rule?: string | undefined;
  request?: RequestInfo | undefined;
}

/** One stored record; throws `not_found` where there is none, or the rule hides it or cannot be read any more. */
export async function loadRecord(
  context: Context,
  collection: Collection,
  options: LoadOptions,
): Promise<RecordData> {
  const record = await findRecord(context, collection, options);
  if (record === undefined) throw notFound();
  return record;
}

export async function findRecord(
  { core, scope }: Context,
  collection: Collection,
  { id, rule, request }: LoadOptions,
): Promise<RecordData | undefined> {
  if (id === '') return undefined;
  try {
    const query = buildQuery(core, { collection, ids: [id], rule, request });
    const { rows } = await scope.find(query, { offset: 0, limit: 1, count: false });
    return rows[0] && schemaOf(collection).fromRow(rows[0]);
  } catch (error) {
    if (rule !== undefined && AppError.is(error, 'invalid')) return undefined;
    throw error;
  }
}
