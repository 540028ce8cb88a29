import { AppError, type FieldError, type FieldErrors, type Json } from '@davit/domain';
import { REQUIRED } from '../fields/field-kind.ts';
import { readText } from './auth-form.ts';

const MAX_LENGTH = 255;

export interface PasswordForm {
  identity: string;
  password: string;
  /** '': any of the collection's */
  identityField: string;
}

/** Throws `invalid` with PocketBase's complaints. */
export function parsePasswordForm(body: Json, identityFields: readonly string[]): PasswordForm {
  const form = readText(body, ['identity', 'password', 'identityField']);
  const { identity, password, identityField } = form;
  const errors: FieldErrors = {};
  for (const [name, value] of Object.entries({ identity, password })) {
    const error = checkLength(value);
    if (error) errors[name] = error;
  }
  if (identityField !== '' && !identityFields.includes(identityField)) {
    errors.identityField = { code: 'validation_in_invalid', message: 'Must be a valid value.' };
  }
  if (Object.keys(errors).length === 0) return form;
  const message = 'An error occurred while validating the submitted data.';
  throw new AppError('invalid', message, { data: errors });
}

function checkLength(value: string): FieldError | undefined {
  if (value === '') return REQUIRED;
  if (Buffer.byteLength(value) <= MAX_LENGTH) return undefined;
  return {
    code: 'validation_length_out_of_range',
    message: `The length must be between 1 and ${MAX_LENGTH}.`,
    params: { min: 1, max: MAX_LENGTH },
  };
}
