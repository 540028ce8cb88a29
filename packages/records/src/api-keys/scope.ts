import { AppError, type Collection } from '@davit/domain';
import type { AuthRecord } from '../request.ts';

export const RECORD_ACTIONS = ['list', 'view', 'create', 'update', 'delete'] as const;
export type RecordAction = (typeof RECORD_ACTIONS)[number];

const ANY = '*';

/**
 * Whether a caller's key allows the action; whoever comes without one is not held back here. `*` stands for any
 * action, and for any collection but PocketBase's own (accounts of superusers among them): those have to be named.
 */
export function permits(
  auth: AuthRecord | undefined,
  { id, name }: Collection,
  action: RecordAction,
): boolean {
  const scopes = auth?.key?.scopes;
  if (scopes === undefined) return true;
  const subjects = name.startsWith('_') ? [id] : [id, ANY];
  return subjects.some((it) => scopes.has(`${it}:${action}`) || scopes.has(`${it}:${ANY}`));
}

/** Errors: `forbidden`. */
export function requirePermission(
  auth: AuthRecord | undefined,
  collection: Collection,
  action: RecordAction,
): void {
  if (!permits(auth, collection, action)) throw notAllowed(`${collection.name}:${action}`);
}

/** For what is no action on a collection: `@platform:logs`. Errors: `forbidden`. */
export function requireScope(auth: AuthRecord | undefined, name: string): void {
  const scopes = auth?.key?.scopes;
  const group = name.slice(0, name.indexOf(':'));
  if (scopes === undefined || scopes.has(name) || scopes.has(`${group}:${ANY}`)) return;
  throw notAllowed(name);
}

/** For what only people do: keys, sign-ins, other accounts. Errors: `forbidden`. */
export function refuseKey(auth: AuthRecord | undefined): void {
  if (auth?.key === undefined) return;
  throw new AppError('forbidden', 'An API key cannot be used for this.');
}

function notAllowed(scope: string): AppError {
  return new AppError('forbidden', `The API key has no scope "${scope}".`);
}
