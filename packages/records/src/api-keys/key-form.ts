import {
  AppError,
  type FieldError,
  type FieldErrors,
  type Json,
  type JsonObject,
} from '@davit/domain';
import { castDate } from '../fields/date.ts';
import { REQUIRED } from '../fields/field-kind.ts';
import { complaintsAbout, type ScopeNames } from './scope-names.ts';

const LONGEST_NAME = 100;
const MOST_SCOPES = 200;

export interface KeyForm {
  name: string;
  /** as stored */
  scopes: string[];
  /** '': never */
  expires: string;
}

export interface KeyFormContext {
  scopes: ScopeNames;
  /** of the owner */
  superuser: boolean;
  now: number;
}

/** The members of a key that are the caller's to choose; those that are not sent stay as in `before`. Throws `invalid`. */
export function readKeyForm(body: JsonObject, before: KeyForm, context: KeyFormContext): KeyForm {
  const { name = before.name, scopes, expires = before.expires } = body;
  const errors: FieldErrors = {};
  const nameError = checkName(name);
  if (nameError) errors.name = nameError;
  const date = expires === null ? '' : castDate(expires);
  const expiresError = checkExpiry(expires, date, { before, now: context.now });
  if (expiresError) errors.expires = expiresError;
  const scopesError =
    scopes === undefined ? emptyError(before.scopes) : checkScopes(scopes, context);
  if (scopesError) errors.scopes = scopesError;
  if (Object.keys(errors).length > 0) {
    const message = 'An error occurred while validating the submitted data.';
    throw new AppError('invalid', message, { data: errors });
  }
  return {
    name: (name as string).trim(),
    scopes: scopes === undefined ? before.scopes : stored(scopes as string[], context),
    expires: date,
  };
}

function stored(scopes: readonly string[], { scopes: names, superuser }: KeyFormContext): string[] {
  return [...new Set(scopes.flatMap((scope) => names.toStored(scope, superuser) ?? []))];
}

function checkName(name: Json): FieldError | undefined {
  if (typeof name !== 'string' || name.trim() === '') return REQUIRED;
  if (name.trim().length <= LONGEST_NAME) return undefined;
  return {
    code: 'validation_length_out_of_range',
    message: `The length must be between 1 and ${LONGEST_NAME}.`,
    params: { min: 1, max: LONGEST_NAME },
  };
}

function checkExpiry(
  given: Json,
  date: string,
  { before, now }: { before: KeyForm; now: number },
): FieldError | undefined {
  if (given === null || given === '' || given === before.expires) return undefined;
  if (date === '') return { code: 'validation_invalid_value', message: 'Must be a date.' };
  if (Date.parse(date) > now) return undefined;
  return { code: 'validation_invalid_value', message: 'Must be in the future.' };
}

function checkScopes(scopes: Json, context: KeyFormContext): FieldError | FieldErrors | undefined {
  const isList = Array.isArray(scopes) && scopes.every((scope) => typeof scope === 'string');
  if (!isList || scopes.length > MOST_SCOPES) {
    return {
      code: 'validation_invalid_value',
      message: `Must be a list of at most ${MOST_SCOPES} scopes.`,
    };
  }
  const errors = complaintsAbout(context.scopes, scopes, context.superuser);
  return Object.keys(errors).length > 0 ? errors : emptyError(scopes);
}

/** A key for nothing is a mistake. */
function emptyError(scopes: readonly string[]): FieldError | undefined {
  return scopes.length === 0 ? REQUIRED : undefined;
}
