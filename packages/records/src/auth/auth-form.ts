import { AppError, type FieldError, type FieldErrors, type Json } from '@davit/domain';
import { isEmail } from '../fields/email.ts';
import { REQUIRED } from '../fields/field-kind.ts';

const INVALID = 'An error occurred while validating the submitted data.';
const UNREADABLE = 'An error occurred while loading the submitted data.';

/** A complaint about a value that is not empty, or none. */
export type Check = (value: string) => FieldError | undefined | Promise<FieldError | undefined>;

/** The members of a body as text, '' for missing ones. Throws `invalid` for what is no text. */
export function readText<N extends string>(body: Json, names: readonly N[]): Record<N, string> {
  const entries = names.map((name) => {
    const value = member(body, name) ?? '';
    if (typeof value !== 'string') throw unreadable();
    return [name, value];
  });
  return Object.fromEntries(entries) as Record<N, string>;
}

/** By its name, else by the name in whatever case: PocketBase's forms take either. */
export function member(body: Json, name: string): Json | undefined {
  if (body === null || typeof body !== 'object' || Array.isArray(body)) return undefined;
  if (Object.hasOwn(body, name)) return body[name];
  const wanted = name.toLowerCase();
  const found = Object.keys(body).find((key) => key.toLowerCase() === wanted);
  return found === undefined ? undefined : body[found];
}

/** A form with members of the wrong kind. */
export function unreadable(): AppError {
  return new AppError('invalid', UNREADABLE);
}

/**
 * Runs the checks of every member, in order, up to its first complaint; all members are required. Throws `invalid`
 * with the complaints.
 */
export async function checkForm<N extends string>(
  form: Record<N, string>,
  checks: Record<N, readonly Check[]>,
  message: string = INVALID,
): Promise<void> {
  const errors: FieldErrors = {};
  for (const name of Object.keys(checks) as N[]) {
    const error = await firstComplaint(form[name], checks[name]);
    if (error) errors[name] = error;
  }
  if (Object.keys(errors).length > 0) throw new AppError('invalid', message, { data: errors });
}

async function firstComplaint(
  value: string,
  checks: readonly Check[],
): Promise<FieldError | undefined> {
  if (value === '') return REQUIRED;
  for (const check of checks) {
    const error = await check(value);
    if (error) return error;
  }
  return undefined;
}

/** In bytes, as PocketBase counts here. */
export function lengthBetween(min: number, max: number): Check {
  return (value) => {
    const length = Buffer.byteLength(value);
    if (length >= min && length <= max) return undefined;
    return {
      code: 'validation_length_out_of_range',
      message: `The length must be between ${min} and ${max}.`,
      params: { min, max },
    };
  };
}

export const emailAddress: readonly Check[] = [
  lengthBetween(1, 255),
  (value) =>
    isEmail(value)
      ? undefined
      : { code: 'validation_is_email', message: 'Must be a valid email address.' },
];
