import type { Records } from '@davit/records';
import type { RequestHandler } from 'express';
import { contextOf } from '../context.ts';

const BEARER = /^bearer /i;

/** Who asks, from the `Authorization` header, with or without `Bearer`. A token that is not valid makes a guest. */
export function loadAuth(records: Records): RequestHandler {
  return async (req, res, next) => {
    const header = req.headers.authorization;
    if (header !== undefined && header !== '') {
      contextOf(res).auth = await records.auth.authenticate(header.replace(BEARER, ''));
    }
    next();
  };
}
