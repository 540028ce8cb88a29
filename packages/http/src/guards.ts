import { AppError } from '@davit/domain';
import type { AuthRecord } from '@davit/records';
import type { Response } from 'express';
import { contextOf } from './context.ts';

/** Whoever is signed in. Errors: `unauthenticated`. */
export function requireAuth(res: Response): AuthRecord {
  const { auth } = contextOf(res);
  if (auth) return auth;
  throw new AppError('unauthenticated', 'The request requires valid record authorization token.');
}

/** A superuser. Errors: `unauthenticated`, `forbidden`. */
export function requireSuperuser(res: Response): AuthRecord {
  const auth = requireAuth(res);
  if (auth.superuser) return auth;
  throw new AppError('forbidden', 'The authorized record is not allowed to perform this action.');
}
