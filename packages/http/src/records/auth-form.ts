import { AppError } from '@davit/domain';
import type { JsonObject } from '@davit/domain';
import type { Request } from 'express';
import { readBody } from '../body/read-body.ts';
import type { Body } from '../body/read-body.ts';

/** The body of a sign-in and its like. Errors: `invalid` in PocketBase's words. */
export async function readForm(req: Request): Promise<Body> {
  try {
    return await readBody(req);
  } catch (error) {
    if (!AppError.is(error, 'invalid')) throw error;
    throw new AppError('invalid', 'An error occurred while loading the submitted data.', {
      cause: error,
    });
  }
}

/** In forms `123` became a number; these members are text. */
export function withText(body: JsonObject, names: readonly string[]): JsonObject {
  const text = { ...body };
  for (const name of names) {
    const value = text[name];
    if (typeof value === 'number' || typeof value === 'boolean') text[name] = String(value);
  }
  return text;
}
