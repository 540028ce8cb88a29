import { AppError } from '@davit/domain';
import type { JsonObject } from '@davit/domain';
import type { Request } from 'express';
import { hasReadableBody, readBody } from '../body/read-body.ts';
import type { Body } from '../body/read-body.ts';

/** The body of a sign-in and its like. Errors: `invalid` in PocketBase's words. */
export async function readForm(req: Request): Promise<Body> {
  if (!hasReadableBody(req)) throw new AppError('invalid', 'Unsupported Content-Type.');
  try {
    return await readBody(req);
  } catch (error) {
    if (!AppError.is(error, 'invalid')) throw error;
    throw new AppError('invalid', 'An error occurred while loading the submitted data.', {
      cause: error,
    });
  }
}

/** In a form everything is text, though `123` was read as a number; a JSON body says itself what it means. */
export function withText(req: Request, body: JsonObject): JsonObject {
  if (req.is('json') !== false) return body;
  const entries = Object.entries(body).map(([name, value]) => {
    const isText = typeof value === 'number' || typeof value === 'boolean';
    return [name, isText ? String(value) : value] as const;
  });
  return Object.fromEntries(entries);
}
