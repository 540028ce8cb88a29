import type { Collection } from '@davit/domain';
import type { Core } from '../core.ts';
import { notFound } from '../failure.ts';

/** Throws `not_found` for anything but an auth collection. */
export function authCollection(core: Core, idOrName: string): Collection {
  const collection = core.catalog.find(idOrName);
  if (collection?.type === 'auth') return collection;
  throw notFound('Missing or invalid auth collection context.');
}
