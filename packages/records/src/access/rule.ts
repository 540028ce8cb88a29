import { AppError, type Collection } from '@davit/domain';
import { requirePermission, type RecordAction } from '../api-keys/scope.ts';
import type { Core } from '../core.ts';
import { notFound, SUPERUSERS_ONLY } from '../failure.ts';
import type { RequestInfo } from '../request.ts';

export type RuleName = 'listRule' | 'viewRule' | 'createRule' | 'updateRule' | 'deleteRule';

const ACTION: Record<RuleName, RecordAction> = {
  listRule: 'list',
  viewRule: 'view',
  createRule: 'create',
  updateRule: 'update',
  deleteRule: 'delete',
};

/**
 * The expression that restricts this caller; undefined: none does. Throws `forbidden` where only superusers may, and
 * where the caller's API key does not allow it.
 */
export function ruleFor(
  collection: Collection,
  name: RuleName,
  request: RequestInfo,
): string | undefined {
  requirePermission(request.auth, collection, ACTION[name]);
  if (request.auth?.superuser) return undefined;
  const rule = collection[name];
  if (rule === null) throw new AppError('forbidden', SUPERUSERS_ONLY);
  return rule === '' ? undefined : rule;
}

export function readable(core: Core, idOrName: string): Collection {
  const collection = core.catalog.find(idOrName);
  if (collection === undefined) throw notFound('Missing collection context.');
  return collection;
}

export function writable(core: Core, idOrName: string): Collection {
  const collection = readable(core, idOrName);
  if (collection.type === 'view') throw new AppError('invalid', 'Unsupported collection type.');
  return collection;
}
