import type { JsonObject } from '@davit/domain';
import { readable, ruleFor } from '../access/rule.ts';
import type { RequestInfo } from '../request.ts';
import { schemaOf } from '../schema.ts';
import { enrich } from '../shape/enrich.ts';
import type { Context } from './context.ts';
import { loadRecord } from './load.ts';

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
