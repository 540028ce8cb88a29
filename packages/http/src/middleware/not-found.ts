import { AppError } from '@davit/domain';
import type { RequestHandler } from 'express';

/** Unknown paths, and known paths with another method: there is no 405 here. */
export function notFound(): RequestHandler {
  return () => {
    throw new AppError('not_found', '');
  };
}
