import type { Collection, JsonObject } from '@davit/domain';
import { parseFields, pickFields, type FieldSelection } from '@davit/filter';
import { managedIds } from '../access/manage.ts';
import type { Core } from '../core.ts';
import { badRequest } from '../failure.ts';
import type { RecordData } from '../record.ts';
import type { RequestInfo } from '../request.ts';
import { schemaOf } from '../schema.ts';
import type { Scope } from '../scope.ts';
import { expandRecords, type ExpandContext } from './expand.ts';
import { parseExpand, type ExpandTree } from './expand-tree.ts';
import { shape } from './shape.ts';

export interface EnrichContext {
  core: Core;
  scope: Scope;
  request: RequestInfo;
  /** accounts that the caller's manage rule covered while they were there */
  managed?: readonly string[];
}

/** Records as this client may see them: expanded, shaped, through the enrich hooks, with only `fields`. */
export async function enrich(
  context: EnrichContext,
  collection: Collection,
  records: RecordData[],
): Promise<JsonObject[]> {
  const { expand, fields } = context.request.query;
  const tree = expand ? parseExpand(expand) : new Map<string, ExpandTree>();
  const shaped = await shapeAll(context, { collection, records }, tree);
  if (!fields) return shaped;
  const selection = parseSelection(fields);
  return shaped.map((json) => pickFields(json, selection) as JsonObject);
}

function parseSelection(fields: string): FieldSelection {
  try {
    return parseFields(fields);
  } catch (error) {
    throw badRequest(error);
  }
}

async function shapeAll(
  context: EnrichContext,
  { collection, records }: { collection: Collection; records: RecordData[] },
  tree: ExpandTree,
): Promise<JsonObject[]> {
  const { request } = context;
  const superuser = request.auth?.superuser === true;
  const below: ExpandContext = {
    ...context,
    shapeAll: (target, related, deeper) =>
      shapeAll(context, { collection: target, records: related }, deeper),
  };
  const expanded =
    tree.size === 0 ? undefined : await expandRecords(below, { collection, records }, tree);
  const emails = superuser ? undefined : await visibleEmails(context, { collection, records });
  const shaped = records.map((record) =>
    shape(record, {
      collection,
      hidden: superuser,
      email: superuser || (emails?.has(record.id) ?? false),
      expand: expanded?.get(record.id),
    }),
  );
  return runHooks(context, { collection, records }, shaped);
}

/** Ids of accounts whose private address the caller may see: their own, and those they manage. */
async function visibleEmails(
  { core, scope, request, managed = [] }: EnrichContext,
  { collection, records }: { collection: Collection; records: RecordData[] },
): Promise<Set<string>> {
  if (collection.type !== 'auth' || request.auth === undefined) return new Set();
  const { auth } = request;
  const own = auth.collection.id === collection.id ? [auth.record.id] : [];
  const ids = records.filter(({ emailVisibility }) => emailVisibility !== true).map(({ id }) => id);
  const others = ids.filter((id) => !own.includes(id) && !managed.includes(id));
  const found = await managedIds({ core, scope, request }, collection, others);
  return new Set([...own, ...managed, ...found]);
}

async function runHooks(
  { core, request }: EnrichContext,
  { collection, records }: { collection: Collection; records: RecordData[] },
  shaped: JsonObject[],
): Promise<JsonObject[]> {
  const chain = core.chains.onRecordEnrich;
  const { tags } = schemaOf(collection);
  if (!chain.handles(tags)) return shaped;
  const results: JsonObject[] = [];
  for (const [index, record] of records.entries()) {
    const event = { collection, request, record, json: shaped[index] ?? {} };
    await chain.run(event, tags, () => undefined);
    results.push(event.json);
  }
  return results;
}
