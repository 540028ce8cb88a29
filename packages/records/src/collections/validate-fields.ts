import type { Collection, Field, FieldError, FieldErrors } from '@davit/domain';
import { REQUIRED, textOption } from '../fields/field-kind.ts';
import type { CollectionContext } from './collection-context.ts';
import { BAD_FORMAT, EMPTY, lengthBetween } from './complaints.ts';
import { optionErrors, type OptionContext } from './validate-field-options.ts';

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

/** Complaints by position in the list, or one about the list; the first kind there is, alone. */
export function validateFields(
  collection: Collection,
  context: CollectionContext,
): FieldErrors | FieldError {
  const { fields } = collection;
  const before = context.previous?.fields ?? [];
  const twin = twinError(fields);
  if (twin) return twin;
  const gone = before.some(
    ({ system, id, name }) => system && fields.find((field) => field.id === id)?.name !== name,
  );
  if (gone) {
    const message = 'System fields cannot be deleted or renamed.';
    return { code: 'validation_system_field_change', message };
  }
  const stored = (field: Field): Field | undefined => before.find(({ id }) => id === field.id);
  const changed = byPosition(fields, (field) => changedType(field, stored(field)));
  if (Object.keys(changed).length > 0) return changed;
  const reserved = byPosition(fields, ({ name }) => reservedName(collection, name));
  if (Object.keys(reserved).length > 0) return reserved;
  return byPosition(fields, (field) =>
    fieldErrors(collection, field, { ...context, before: stored(field) }),
  );
}

function byPosition(
  fields: readonly Field[],
  check: (field: Field) => FieldErrors | FieldError | undefined,
): FieldErrors {
  const found = fields.map((field, index) => [String(index), check(field)] as const);
  return Object.fromEntries(
    found.flatMap(([index, error]) => (error === undefined ? [] : [[index, error]])),
  );
}

/** The first field that has the id or the name of one before it. */
function twinError(fields: readonly Field[]): FieldErrors | undefined {
  for (const [index, { id, name }] of fields.entries()) {
    const earlier = fields.slice(0, index);
    if (earlier.some((field) => field.id === id)) {
      const message = `Duplicated or invalid field id ${JSON.stringify(id)}.`;
      return { [index]: { id: { code: 'validation_duplicated_field_id', message } } };
    }
    if (earlier.some((field) => field.name.toLowerCase() === name.toLowerCase())) {
      const message = `Duplicated or invalid field name ${name}.`;
      const params = { fieldName: name };
      return { [index]: { name: { code: 'validation_duplicated_field_name', message, params } } };
    }
  }
  return undefined;
}

function changedType(field: Field, before: Field | undefined): FieldError | undefined {
  return before && before.type !== field.type
    ? { code: 'validation_field_type_change', message: 'Field type cannot be changed.' }
    : undefined;
}

function reservedName({ type }: Collection, name: string): FieldErrors | undefined {
  if (type !== 'auth' || !RESERVED_ON_AUTH.has(name)) return undefined;
  const message = 'The field name is reserved and cannot be used.';
  return { name: { code: 'validation_reserved_field_name', message } };
}

function fieldErrors(
  collection: Collection,
  field: Field,
  context: OptionContext,
): FieldErrors | undefined {
  const name = nameError(field);
  const isKey = field.primaryKey === true;
  const isSecondKey = isKey && collection.fields.filter(({ primaryKey }) => primaryKey).length > 1;
  const errors: FieldErrors = {
    ...(name && { name }),
    ...(Buffer.byteLength(field.id) > MAX_LENGTH && { id: lengthBetween(1, MAX_LENGTH) }),
    ...optionErrors(field, context),
    ...(isKey && textOption(field, 'pattern') === '' && { pattern: REQUIRED }),
    ...(isKey && field.hidden && { hidden: EMPTY }),
    ...(isKey && !field.required && { required: REQUIRED }),
    ...(isSecondKey && { primaryKey: SEVERAL_KEYS }),
  };
  return Object.keys(errors).length > 0 ? errors : undefined;
}

/** What is wrong with what a field is called, if anything. */
export function nameError(field: Field): FieldError | undefined {
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
  return undefined;
}
