import { AppError, type Collection, type Field, type Json, type JsonObject } from '@davit/domain';
import { permits } from '../api-keys/scope.ts';
import type { Core } from '../core.ts';
import { castList } from '../fields/cast.ts';
import { isMultiple, textOption } from '../fields/field-kind.ts';
import { buildQuery } from '../queries/build-query.ts';
import type { RecordData } from '../record.ts';
import { derived, type RequestInfo } from '../request.ts';
import { isUniqueReference, schemaOf } from '../schema.ts';
import type { Scope } from '../scope.ts';
import type { ExpandTree } from './expand-tree.ts';

/** Back relations show this many records at most, for each record. */
const BACK_RELATION_LIMIT = 1000;

const BACK = /^(\w+)_via_(\w+)$/;
/** as it was written before, and as it is still answered */
const OLD_BACK = /^(\w+)\((\w+)\)$/;

export interface ExpandContext {
  core: Core;
  scope: Scope;
  request: RequestInfo;
  /** shapes the related records, expanding `tree` below them */
  shapeAll(collection: Collection, records: RecordData[], tree: ExpandTree): Promise<JsonObject[]>;
}

/** One segment of an expand path, seen from a collection. */
interface Edge {
  target: Collection;
  field: Field;
  /** the target's field points here, rather than ours there */
  back: boolean;
  single: boolean;
}

/**
 * The `expand` of each record, by record id. Segments that do not exist, or that the caller may not view, are
 * left out; a record has no entry when none of its segments was valid.
 */
export async function expandRecords(
  context: ExpandContext,
  { collection, records }: { collection: Collection; records: readonly RecordData[] },
  tree: ExpandTree,
): Promise<Map<string, JsonObject>> {
  const expanded = new Map<string, JsonObject>();
  for (const [segment, below] of tree) {
    const edge = viewableEdge(context, collection, segment);
    if (edge === undefined) continue;
    const related = await loadRelated(context, edge, records);
    if (related === undefined) continue;
    if (related.length > 0 && !hasPath(context, edge.target, below)) continue;
    const shaped = await context.shapeAll(edge.target, related, below);
    const byId = new Map<string, JsonObject>(
      related.map((record, index) => [record.id, shaped[index] ?? {}]),
    );
    const idsOf = edge.back ? backIds(edge, related) : forwardIds(edge);
    for (const record of records) {
      const expand = expanded.get(record.id) ?? {};
      expanded.set(record.id, expand);
      const value = fit(
        edge,
        idsOf(record)
          .map((id) => byId.get(id))
          .filter((json) => json !== undefined),
      );
      if (value !== undefined) expand[segment] = value;
    }
  }
  return expanded;
}

function viewableEdge(
  { core, request }: ExpandContext,
  collection: Collection,
  segment: string,
): Edge | undefined {
  const edge = resolveEdge(core, collection, segment);
  if (edge === undefined || !permits(request.auth, edge.target, 'view')) return undefined;
  return edge.target.viewRule === null && !request.auth?.superuser ? undefined : edge;
}

/** A path that breaks off further down is left out as a whole. */
function hasPath(context: ExpandContext, collection: Collection, tree: ExpandTree): boolean {
  if (tree.size === 0) return true;
  return [...tree].some(([segment, below]) => {
    const edge = viewableEdge(context, collection, segment);
    return edge !== undefined && hasPath(context, edge.target, below);
  });
}

function fit(edge: Edge, found: JsonObject[]): Json | undefined {
  if (found.length === 0) return undefined;
  return edge.single ? found[0] : found;
}

function resolveEdge(core: Core, collection: Collection, segment: string): Edge | undefined {
  return forwardEdge(core, collection, segment) ?? backEdge(core, collection, segment);
}

function forwardEdge(core: Core, collection: Collection, name: string): Edge | undefined {
  const field = schemaOf(collection).get(name)?.field;
  if (field?.type !== 'relation') return undefined;
  const target = core.catalog.find(textOption(field, 'collectionId'));
  return target && { target, field, back: false, single: !isMultiple(field) };
}

function backEdge(core: Core, collection: Collection, segment: string): Edge | undefined {
  const [, name = '', fieldName = ''] = BACK.exec(segment) ?? OLD_BACK.exec(segment) ?? [];
  const target = core.catalog.find(name);
  if (target === undefined) return undefined;
  const field = schemaOf(target).get(fieldName)?.field;
  if (field?.type !== 'relation' || field.collectionId !== collection.id) return undefined;
  return { target, field, back: true, single: isUniqueReference(field, schemaOf(target)) };
}

/** undefined where the rule cannot be read any more. */
async function loadRelated(
  context: ExpandContext,
  edge: Edge,
  records: readonly RecordData[],
): Promise<RecordData[] | undefined> {
  try {
    return await readRelated(context, edge, records);
  } catch (error) {
    if (AppError.is(error, 'invalid')) return undefined;
    throw error;
  }
}

async function readRelated(
  { core, scope, request }: ExpandContext,
  edge: Edge,
  records: readonly RecordData[],
): Promise<RecordData[]> {
  const ids = new Set(edge.back ? records.map(({ id }) => id) : records.flatMap(forwardIds(edge)));
  if (ids.size === 0) return [];
  const values = [...ids];
  const rule = request.auth?.superuser ? undefined : edge.target.viewRule;
  const query = buildQuery(core, {
    collection: edge.target,
    request: derived(request, { context: 'expand' }),
    ...(edge.back ? { refers: { field: edge.field, values } } : { ids: values }),
    ...(rule ? { rule } : {}),
  });
  const limit = edge.back ? BACK_RELATION_LIMIT * records.length : values.length;
  const { rows } = await scope.find(query, { offset: 0, limit, count: false });
  return rows.map((row) => schemaOf(edge.target).fromRow(row));
}

function forwardIds({ field }: Edge): (record: RecordData) => string[] {
  return (record) => castList(record[field.name] ?? null);
}

function backIds({ field }: Edge, related: RecordData[]): (record: RecordData) => string[] {
  const referring = new Map<string, string[]>();
  for (const record of related) {
    for (const id of castList(record[field.name] ?? null)) {
      const ids = referring.get(id) ?? [];
      if (ids.length < BACK_RELATION_LIMIT) ids.push(record.id);
      referring.set(id, ids);
    }
  }
  return (record) => referring.get(record.id) ?? [];
}
