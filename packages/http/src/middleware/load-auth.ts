import { AppError } from '@davit/domain';
import { isInside } from '@davit/records';
import type { Records } from '@davit/records';
import type { RequestHandler } from 'express';
import { contextOf } from '../context.ts';

const BEARER = /^bearer /i;

/**
 * Who asks, from the `Authorization` header, with or without `Bearer`. A token that is not valid makes a guest.
 * Errors: `forbidden` (a superuser from an address that is not allowed).
 */
export function loadAuth(records: Records): RequestHandler {
  return async (req, res, next) => {
    const header = req.headers.authorization;
    if (header !== undefined && header !== '') {
      const context = contextOf(res);
      context.auth = await records.auth.authenticate(header.replace(BEARER, ''));
      const { superuserIPs } = records.settings.current;
      if (
        context.auth?.superuser &&
        superuserIPs.length > 0 &&
        !isInside(context.ip, superuserIPs)
      ) {
        throw new AppError('forbidden', '');
      }
    }
    next();
  };
}
