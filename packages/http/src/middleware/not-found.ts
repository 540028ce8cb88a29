import { AppError } from '@davit/domain';
import type { RequestHandler } from 'express';

/** Unknown paths, and known paths with another method: there is no 405 here. What can be read could be a file. */
export function notFound(): RequestHandler {
  return ({ method }) => {
    const isRead = method === 'GET' || method === 'HEAD';
    throw new AppError('not_found', isRead ? 'File not found.' : '');
  };
}
