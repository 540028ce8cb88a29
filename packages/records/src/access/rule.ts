import { AppError, type Collection } from '@davit/domain';
import type { Core } from '../core.ts';
import { notFound, SUPERUSERS_ONLY } from '../failure.ts';
import type { RequestInfo } from '../request.ts';

export type RuleName = 'listRule' | 'viewRule' | 'createRule' | 'updateRule' | 'deleteRule';

/**
 * The expression that restricts this caller; undefined: none does. Throws `forbidden` where only superusers may.
 */
export function ruleFor(
  collection: Collection,
  name: RuleName,
  request: RequestInfo,
): string | undefined {
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
