import type { Collection, Row } from '@davit/domain';
import type { Core } from '../core.ts';
import { buildQuery } from '../queries/build-query.ts';
import type { RequestInfo } from '../request.ts';
import { schemaOf } from '../schema.ts';
import type { Scope } from '../scope.ts';

interface ManageContext {
  core: Core;
  scope: Scope;
  request: RequestInfo;
}

/** Which of these accounts the caller's manage rule covers. Without an account or a rule: none. */
export async function managedIds(
  { core, scope, request }: ManageContext,
  collection: Collection,
  ids: readonly string[],
): Promise<string[]> {
  const rule = manageRule(collection);
  if (rule === undefined || request.auth === undefined || ids.length === 0) return [];
  const query = buildQuery(core, { collection, request, rule, ids });
  const { rows } = await scope.find(query, { offset: 0, limit: ids.length, count: false });
  return rows.map((row) => schemaOf(collection).fromRow(row).id);
}

/** The same for a record that is not stored yet. */
export async function managesRow(
  { core, scope, request }: ManageContext,
  collection: Collection,
  row: Row,
): Promise<boolean> {
  const rule = manageRule(collection);
  if (rule === undefined || request.auth === undefined) return false;
  const query = buildQuery(core, { collection, request, rule, rows: [row] });
  const { rows } = await scope.find(query, { offset: 0, limit: 1, count: false });
  return rows.length > 0;
}

/** undefined: nobody manages the accounts of others */
export function manageRule(collection: Collection): string | undefined {
  const rule = collection.type === 'auth' ? collection.options.manageRule : undefined;
  return typeof rule === 'string' && rule !== '' ? rule : undefined;
}
