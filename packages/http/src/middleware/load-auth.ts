import { AppError } from '@davit/domain';
import { isInside } from '@davit/records';
import type { AuthRecord, Records } from '@davit/records';
import type { RequestHandler } from 'express';
import { contextOf } from '../context.ts';
import type { RequestContext } from '../context.ts';

const BEARER = /^bearer /i;

/**
 * Who asks, from the `Authorization` header, with or without `Bearer`. A token that is not valid makes a guest.
 * Errors: `forbidden` (a superuser from an address that is not allowed).
 */
export function loadAuth(records: Records): RequestHandler {
  const admit = (context: RequestContext, auth: AuthRecord | undefined): void => {
    context.auth = auth;
    // what they do is noted with it; a connection that is closed cannot tell it any more
    if (auth?.superuser || auth?.key || auth?.impersonatedBy) void context.ip;
    const { superuserIPs } = records.settings.current;
    if (auth?.superuser && superuserIPs.length > 0 && !isInside(context.ip, superuserIPs)) {
      throw new AppError('forbidden', '');
    }
  };
  return (req, res, next) => {
    const header = req.headers.authorization;
    if (header === undefined || header === '') return next();
    const token = header.replace(BEARER, '');
    const known = records.auth.known(token);
    if (known) {
      admit(contextOf(res), known);
      return next();
    }
    return records.auth.authenticate(token).then((auth) => {
      admit(contextOf(res), auth);
      next();
    });
  };
}

/** Only for requests of the API. */
export function loadApiAuth(records: Records): RequestHandler {
  const load = loadAuth(records);
  return (req, res, next) => (isApi(req.path) ? load(req, res, next) : next());
}

const isApi = (path: string): boolean => path.startsWith('/api/') || path === '/api';
