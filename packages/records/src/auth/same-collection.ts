import { AppError } from '@davit/domain';
import { refuseKey } from '../api-keys/scope.ts';
import type { Core } from '../core.ts';
import type { AuthRecord, RequestInfo } from '../request.ts';

export const UNAUTHENTICATED = 'The request requires valid record authorization token.';

/** Whoever is signed in, if it is to this collection. Errors: `unauthenticated`, `forbidden`. */
export function requireSameCollection(
  core: Core,
  idOrName: string,
  { auth }: RequestInfo,
): AuthRecord {
  if (auth === undefined) throw new AppError('unauthenticated', UNAUTHENTICATED);
  refuseKey(auth);
  if (auth.collection.id === core.catalog.find(idOrName)?.id) return auth;
  // names the caller's own collection, as PocketBase does
  const message = `The request requires auth record from ${auth.collection.name} collection.`;
  throw new AppError('forbidden', message);
}
