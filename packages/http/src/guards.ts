import { AppError } from '@davit/domain';
import { refuseKey, requireScope } from '@davit/records';
import type { AuthRecord } from '@davit/records';
import type { Response } from 'express';
import { contextOf } from './context.ts';

/** Whoever is signed in. Errors: `unauthenticated`. */
export function requireAuth(res: Response): AuthRecord {
  const { auth } = contextOf(res);
  if (auth) return auth;
  throw new AppError('unauthenticated', 'The request requires valid record authorization token.');
}

/** Whoever is signed in by a token: what a program cannot do. Errors: `unauthenticated`, `forbidden`. */
export function requirePerson(res: Response): AuthRecord {
  const auth = requireAuth(res);
  refuseKey(auth);
  return auth;
}

/** What superusers may do, and what an API key of theirs needs for it. */
export type AdminScope =
  | '@admin:audit'
  | '@admin:backups'
  | '@admin:collections'
  | '@admin:crons'
  | '@admin:logs'
  | '@admin:metrics'
  | '@admin:settings'
  | '@admin:sql';

/** A superuser, or a key of one with this scope. Errors: `unauthenticated`, `forbidden`. */
export function requireSuperuser(res: Response, scope: AdminScope): AuthRecord {
  const auth = requireAuth(res);
  requireScope(auth, scope);
  if (auth.superuser) return auth;
  throw new AppError('forbidden', 'The authorized record is not allowed to perform this action.');
}
