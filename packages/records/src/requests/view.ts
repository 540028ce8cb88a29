import { AppError, type JsonObject } from '@davit/domain';
import { readable, ruleFor } from '../access/rule.ts';
import type { RequestInfo } from '../request.ts';
import { schemaOf } from '../schema.ts';
import { enrich } from '../shape/enrich.ts';
import type { Context } from './context.ts';
import { findRecord, loadRecord } from './load.ts';

export interface RecordRequest {
  collection: string;
  id: string;
  request: RequestInfo;
}

export async function viewRecord(context: Context, target: RecordRequest): Promise<JsonObject> {
  const { id, request } = target;
  const collection = readable(context.core, target.collection);
  const rule = ruleFor(collection, 'viewRule', request);
  const event = {
    collection,
    request,
    record: await loadRecord(context, collection, { id, rule, request }),
  };
  await context.core.chains.onRecordViewRequest.run(
    event,
    schemaOf(collection).tags,
    () => undefined,
  );
  const [json = {}] = await enrich({ ...context, request }, collection, [event.record]);
  return json;
}

/** The same without the answer and its hooks. */
export async function mayView(context: Context, target: RecordRequest): Promise<boolean> {
  const { id, request } = target;
  try {
    const collection = readable(context.core, target.collection);
    const rule = ruleFor(collection, 'viewRule', request);
    return (await findRecord(context, collection, { id, rule, request })) !== undefined;
  } catch (error) {
    if (AppError.is(error, 'not_found') || AppError.is(error, 'forbidden')) return false;
    throw error;
  }
}
