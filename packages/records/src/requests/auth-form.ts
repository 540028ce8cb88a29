import type { FieldErrors, Json, JsonObject } from '@davit/domain';
import type { Core } from '../core.ts';
import { castText } from '../fields/cast.ts';
import { REQUIRED } from '../fields/field-kind.ts';
import type { Draft } from '../write/draft.ts';
import { refused } from '../write/validate.ts';

const MISMATCH = { code: 'validation_values_mismatch', message: "Values don't match." };

/**
 * The rules of an account's own form: passwords are confirmed, and what only a manager may change stays.
 * Throws `invalid` with these complaints alone. `managed`: a superuser, or one the manage rule covers.
 */
export async function checkAuthForm(
  core: Core,
  draft: Draft,
  { body, managed }: { body: JsonObject; managed: boolean },
): Promise<void> {
  if (draft.collection.type !== 'auth') return;
  const errors = { ...fixedValues(draft, managed), ...passwordPair(draft, body) };
  if (draft.original && !managed && (text(body.password) || text(body.passwordConfirm))) {
    const old = text(body.oldPassword);
    const hash = text(draft.original.password);
    if (old === '') errors.oldPassword = REQUIRED;
    else if (!(await core.hasher.verify(old, hash))) {
      errors.oldPassword = {
        code: 'validation_invalid_old_password',
        message: 'Missing or invalid old password.',
      };
    }
  }
  if (Object.keys(errors).length > 0) throw refused(draft, errors);
}

function fixedValues({ record, original }: Draft, managed: boolean): FieldErrors {
  if (managed) return {};
  const errors: FieldErrors = {};
  if (record.verified !== (original?.verified ?? false)) errors.verified = MISMATCH;
  if (original && record.email !== original.email) errors.email = MISMATCH;
  return errors;
}

function passwordPair({ original }: Draft, body: JsonObject): FieldErrors {
  const password = text(body.password);
  const confirm = text(body.passwordConfirm);
  const old = text(body.oldPassword);
  const wanted = original === undefined || password + confirm + old !== '';
  if (!wanted) return {};
  const errors: FieldErrors = {};
  if (password === '') errors.password = REQUIRED;
  if (confirm === '') errors.passwordConfirm = REQUIRED;
  else if (confirm !== password) errors.passwordConfirm = MISMATCH;
  return errors;
}

function text(value: Json | undefined): string {
  return castText(value ?? '');
}
