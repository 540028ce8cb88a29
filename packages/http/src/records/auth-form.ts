import { AppError } from '@davit/domain';
import type { Json, JsonObject } from '@davit/domain';
import type { Request } from 'express';
import { bodyKind } from '../body/body-kind.ts';
import { readBody } from '../body/read-body.ts';
import type { Body } from '../body/read-body.ts';

/** The body of a sign-in and its like. Errors: `invalid` in PocketBase's words. */
export async function readForm(req: Request): Promise<Body> {
  if (bodyKind(req) === 'other') throw new AppError('invalid', 'Unsupported Content-Type.');
  try {
    return await readBody(req);
  } catch (error) {
    if (!AppError.is(error, 'invalid')) throw error;
    throw new AppError('invalid', 'An error occurred while loading the submitted data.', {
      cause: error,
    });
  }
}

/**
 * In a form everything is text, though `123` was read as a number, and the first of several values counts; a JSON body
 * says itself what it means.
 */
export function withText(req: Request, body: JsonObject): JsonObject {
  if (bodyKind(req) === 'json') return body;
  const entries = Object.entries(body).map(([name, value]): [string, Json] => {
    const first = Array.isArray(value) ? (value[0] ?? '') : value;
    return [name, typeof first === 'object' ? value : String(first)];
  });
  return Object.fromEntries(entries);
}
