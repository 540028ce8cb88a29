import { AppError, toAppError, type JsonObject } from '@davit/domain';
import { badRequest } from '../failure.ts';
import type { RecordsTransaction } from '../operations.ts';
import type { RequestInfo } from '../request.ts';
import { parseTarget, type BatchAction, type BatchItem, type BatchTarget } from './batch-item.ts';

export interface BatchResult {
  body: JsonObject | null;
  status: 200 | 204;
}

export interface BatchOptions {
  /** Called before each write; throws to refuse it. */
  check?: (collection: string, action: Exclude<BatchAction, 'upsert'>) => void;
  /** ends the batch, which is rolled back */
  signal?: AbortSignal;
}

/** One item of a batch was refused, and all of it is undone. */
export class BatchFailure extends AppError {
  readonly index: number;
  /** why */
  readonly error: AppError;

  constructor(index: number, error: AppError) {
    super('invalid', 'Batch transaction failed.', { cause: error });
    this.index = index;
    this.error = error;
  }
}

/** Runs the items one after the other in an open transaction. Throws BatchFailure at the first refusal. */
export async function runBatch(
  tx: RecordsTransaction,
  items: readonly BatchItem[],
  { request, check, signal }: BatchOptions & { request: RequestInfo },
): Promise<BatchResult[]> {
  const results: BatchResult[] = [];
  for (const [index, item] of items.entries()) {
    signal?.throwIfAborted();
    try {
      results.push(await runItem(tx, item, { request, ...(check && { check }) }));
    } catch (error) {
      throw new BatchFailure(index, toAppError(error));
    }
  }
  return results;
}

async function runItem(
  tx: RecordsTransaction,
  item: BatchItem,
  { request, check }: BatchOptions & { request: RequestInfo },
): Promise<BatchResult> {
  const target = parseTarget(item);
  if (target === undefined) throw badRequest();
  const { action, id } = await resolveUpsert(tx, target, item.body);
  const { collection } = target;
  check?.(collection, action);
  const own: RequestInfo = {
    ...request,
    context: 'batch',
    method: METHODS[action],
    query: target.query,
    headers: mergeHeaders(request.headers, item.headers),
    body: item.body,
    ...(item.files && { files: item.files }),
  };
  if (action === 'create') return { body: await tx.create(collection, own), status: 200 };
  if (action === 'update') return { body: await tx.update(collection, id, own), status: 200 };
  await tx.delete(collection, id, own);
  return { body: null, status: 204 };
}

const METHODS = { create: 'POST', update: 'PATCH', delete: 'DELETE' };

interface Resolved {
  action: Exclude<BatchAction, 'upsert'>;
  id: string;
}

/** A record of that id is updated, any other is new. */
async function resolveUpsert(
  tx: RecordsTransaction,
  { action, collection, id }: BatchTarget,
  body: JsonObject,
): Promise<Resolved> {
  if (action !== 'upsert') return { action, id };
  const wanted = typeof body.id === 'string' ? body.id : '';
  const exists = wanted !== '' && (await known(tx, collection, wanted));
  return exists ? { action: 'update', id: wanted } : { action: 'create', id: '' };
}

async function known(tx: RecordsTransaction, collection: string, id: string): Promise<boolean> {
  try {
    return (await tx.get(collection, id)) !== undefined;
  } catch (error) {
    if (AppError.is(error, 'not_found')) return false; // no such collection: creating says so
    throw error;
  }
}

/** Who asks is decided by the outer request alone. */
function mergeHeaders(
  outer: Record<string, string>,
  own: Record<string, string>,
): Record<string, string> {
  const headers = { ...outer };
  for (const [name, value] of Object.entries(own)) {
    const key = name.toLowerCase().replaceAll('-', '_');
    if (key !== 'authorization') headers[key] = value;
  }
  return headers;
}
