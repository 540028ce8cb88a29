import { AppError } from '@davit/domain';
import type { AuthRecord, Records } from '@davit/records';
import type { Request, RequestHandler, Response } from 'express';
import { contextOf } from '../context.ts';
import { requireAuth, requirePerson } from '../guards.ts';

const NOT_ALLOWED = 'You are not allowed to perform this request.';

type Check = (req: Request, res: Response) => void;

const guard =
  (check: Check): RequestHandler =>
  (req, res, next) => {
    check(req, res);
    next();
  };

/** Only who is not signed in. Errors: `invalid`. */
export function onlyGuests(): RequestHandler {
  return guard((_req, res) => {
    if (contextOf(res).auth) {
      throw new AppError('invalid', 'The request can be accessed only by guests.');
    }
  });
}

/** Who is signed in, to one of these collections where some are named. Errors: `unauthenticated`, `forbidden`. */
export function onlySignedIn(collections: readonly string[] = []): RequestHandler {
  return guard((_req, res) => {
    const { collection } = requireAuth(res);
    if (collections.length > 0 && !collections.includes(collection.name)) {
      const message = 'The authorized record is not allowed to perform this action.';
      throw new AppError('forbidden', message);
    }
  });
}

/** Errors: `unauthenticated`, `forbidden`. */
export function onlySuperusers(): RequestHandler {
  return onlySignedIn(['_superusers']);
}

/** Superusers, and the account whose id the path names. Errors: `unauthenticated`, `forbidden`. */
export function onlySuperusersOrOwner(parameter = 'id'): RequestHandler {
  return guard((req, res) => {
    const { superuser, record } = requirePerson(res);
    if (!superuser && req.params[parameter] !== record.id) {
      throw new AppError('forbidden', NOT_ALLOWED);
    }
  });
}

/** Accounts of the collection that the path names. Errors: `unauthenticated`, `forbidden`. */
export function onlySameCollection(records: Records, parameter = 'collection'): RequestHandler {
  return guard((req, res) => {
    const { collection }: AuthRecord = requirePerson(res);
    const named = req.params[parameter];
    if (typeof named !== 'string' || records.collections.find(named)?.id !== collection.id) {
      const message = `The request requires auth record from ${collection.name} collection.`;
      throw new AppError('forbidden', message);
    }
  });
}
