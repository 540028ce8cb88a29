import type { Collection, Field, FieldError, FieldErrors } from '@davit/domain';
import { REQUIRED, textOption } from '../fields/field-kind.ts';
import type { CollectionContext } from './collection-context.ts';
import { BAD_FORMAT, lengthBetween } from './complaints.ts';
import { optionErrors } from './validate-field-options.ts';

/** No field may be called so. */
export const RESERVED_NAMES: ReadonlySet<string> = new Set([
  'null',
  'true',
  'false',
  '_rowid_',
  'expand',
  'collectionId',
  'collectionName',
]);
const MAX_LENGTH = 100;
const SEVERAL_KEYS: FieldError = {
  code: 'validation_unsupported_composite_pk',
  message: 'Composite PKs are not supported and the collection must have only 1 PK.',
};
const RESERVED_ON_AUTH = new Set(['passwordConfirm', 'oldPassword']);

/** Complaints by position in the list, or one about the list. */
export function validateFields(
  collection: Collection,
  context: CollectionContext,
): FieldErrors | FieldError {
  const gone = context.previous?.fields.some(
    ({ system, id, name }) =>
      system && collection.fields.find((field) => field.id === id)?.name !== name,
  );
  if (gone) {
    return {
      code: 'validation_system_field_change',
      message: 'System fields cannot be deleted or renamed.',
    };
  }
  const twins = duplicates(collection.fields);
  if (Object.keys(twins).length > 0) return twins;
  const errors: FieldErrors = {};
  for (const [index, field] of collection.fields.entries()) {
    const found = fieldErrors(collection, field, context);
    if (found) errors[String(index)] = found;
  }
  return errors;
}

function duplicates(fields: readonly Field[]): FieldErrors {
  const errors: FieldErrors = {};
  const [ids, names] = [new Set<string>(), new Set<string>()];
  for (const [index, { id, name }] of fields.entries()) {
    if (names.has(name.toLowerCase()) && name !== '') {
      const code = 'validation_duplicated_field_name';
      const message = `Duplicated or invalid field name ${name}.`;
      errors[String(index)] = { name: { code, message, params: { fieldName: name } } };
    } else if (ids.has(id)) {
      const code = 'validation_duplicated_field_id';
      const message = `Duplicated or invalid field id ${id}.`;
      errors[String(index)] = { id: { code, message, params: { fieldId: id } } };
    }
    ids.add(id);
    names.add(name.toLowerCase());
  }
  return errors;
}

function fieldErrors(
  collection: Collection,
  field: Field,
  context: CollectionContext,
): FieldErrors | FieldError | undefined {
  const before = context.previous?.fields.find(({ id }) => id === field.id);
  if (before && before.type !== field.type) {
    return {
      code: 'validation_field_type_change',
      message: 'Field type cannot be changed.',
    };
  }
  const name = nameError(collection, field);
  const isKey = field.primaryKey === true;
  const isSecondKey = isKey && collection.fields.filter(({ primaryKey }) => primaryKey).length > 1;
  const errors: FieldErrors = {
    ...(name && { name }),
    ...(Buffer.byteLength(field.id) > MAX_LENGTH && { id: lengthBetween(1, MAX_LENGTH) }),
    ...optionErrors(field, { ...context, before }),
    ...(isKey && textOption(field, 'pattern') === '' && { pattern: REQUIRED }),
    ...(isSecondKey && { primaryKey: SEVERAL_KEYS }),
  };
  return Object.keys(errors).length > 0 ? errors : undefined;
}

function nameError(collection: Collection, field: Field): FieldError | undefined {
  const { name } = field;
  if (name === '') return REQUIRED;
  if (Buffer.byteLength(name) > MAX_LENGTH) return lengthBetween(1, MAX_LENGTH);
  if (!/^\w+$/.test(name)) return BAD_FORMAT;
  if (/_via_/i.test(name)) {
    return { code: 'validation_found_via', message: 'The value cannot contain "_via_".' };
  }
  if (RESERVED_NAMES.has(name)) {
    return { code: 'validation_not_in_invalid', message: 'Must not be in list.' };
  }
  if (field.primaryKey === true && name !== 'id') {
    return { code: 'validation_in_invalid', message: 'The primary key must be named "id".' };
  }
  if (collection.type === 'auth' && RESERVED_ON_AUTH.has(name)) {
    return {
      code: 'validation_reserved_field_name',
      message: 'The field name is reserved and cannot be used.',
    };
  }
  return undefined;
}
