import type { Collection, Field, FieldError, FieldErrors } from '@davit/domain';
import { listOption, numberOption, REQUIRED, textOption } from '../fields/field-kind.ts';
import { isPattern } from '../fields/pattern.ts';
import type { CollectionContext } from './collection-context.ts';

const RESERVED = new Set([
  'null',
  'true',
  'false',
  '_rowid_',
  'expand',
  'collectionid',
  'collectionname',
]);
const RESERVED_ON_AUTH = new Set(['passwordConfirm', 'oldPassword']);

/** Complaints by position in the list. */
export function validateFields(collection: Collection, context: CollectionContext): FieldErrors {
  const errors: FieldErrors = {};
  for (const [index, field] of collection.fields.entries()) {
    const found = fieldErrors(collection, field, context);
    if (found) errors[String(index)] = found;
  }
  const gone = context.previous?.fields.find(
    (field) => field.system && !collection.fields.some(({ id }) => id === field.id),
  );
  if (gone) {
    errors[String(collection.fields.length)] = {
      code: 'validation_system_field_change',
      message: `System field "${gone.name}" cannot be deleted.`,
    };
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
  if (before?.system && before.name !== field.name) {
    return {
      code: 'validation_system_field_change',
      message: 'System fields cannot be changed.',
    };
  }
  const name = nameError(collection, field);
  const errors: FieldErrors = { ...(name && { name }), ...optionErrors(field, before, context) };
  if (collection.fields.some((other) => other !== field && other.id === field.id)) {
    errors.id = {
      code: 'validation_duplicated_field_id',
      message: `Duplicated or invalid field id "${field.id}".`,
    };
  }
  return Object.keys(errors).length > 0 ? errors : undefined;
}

function nameError(collection: Collection, field: Field): FieldError | undefined {
  const { name } = field;
  if (name === '') return REQUIRED;
  if (!/^\w{1,100}$/.test(name)) {
    return { code: 'validation_match_invalid', message: 'Must be in a valid format.' };
  }
  if (/_via_/i.test(name)) {
    return { code: 'validation_found_via', message: 'The value cannot contain "_via_".' };
  }
  if (RESERVED.has(name.toLowerCase())) {
    return { code: 'validation_not_in_invalid', message: 'Must not be in list.' };
  }
  if (collection.type === 'auth' && RESERVED_ON_AUTH.has(name)) {
    return {
      code: 'validation_reserved_field_name',
      message: `The field name "${name}" is reserved and cannot be used.`,
    };
  }
  const twin = collection.fields.some(
    (other) => other !== field && other.name.toLowerCase() === name.toLowerCase(),
  );
  return twin
    ? {
        code: 'validation_duplicated_field_name',
        message: `Duplicated or invalid field name "${name}".`,
      }
    : undefined;
}

function optionErrors(
  field: Field,
  before: Field | undefined,
  context: CollectionContext,
): FieldErrors {
  switch (field.type) {
    case 'text':
    case 'password':
      return patternErrors(field);
    case 'select':
      return selectErrors(field);
    case 'relation':
      return relationErrors(field, before, context);
    case 'autodate':
      return field.onCreate === true || field.onUpdate === true ? {} : { onCreate: REQUIRED };
    default:
      return {};
  }
}

function patternErrors(field: Field): FieldErrors {
  const errors: FieldErrors = {};
  for (const option of ['pattern', 'autogeneratePattern']) {
    if (!isPattern(textOption(field, option))) {
      errors[option] = {
        code: 'validation_invalid_regex',
        message: 'Invalid regular expression.',
      };
    }
  }
  const min = numberOption(field, 'min', 0);
  const max = numberOption(field, 'max', Infinity);
  if (max < min) errors.max = atLeast(min);
  return errors;
}

function selectErrors(field: Field): FieldErrors {
  const { length } = listOption(field, 'values');
  if (length === 0) return { values: REQUIRED };
  const maxSelect = numberOption(field, 'maxSelect', 0);
  if (maxSelect <= length && maxSelect >= 0) return {};
  return {
    maxSelect: {
      code: 'validation_max_less_equal_than_required',
      message: `Must be no greater than ${length}.`,
      params: { threshold: length },
    },
  };
}

function relationErrors(
  field: Field,
  before: Field | undefined,
  context: CollectionContext,
): FieldErrors {
  const target = textOption(field, 'collectionId');
  if (target === '') return { collectionId: REQUIRED };
  if (before && before.collectionId !== target) {
    const message = 'The relation collection cannot be changed.';
    return { collectionId: { code: 'validation_field_relation_change', message } };
  }
  const found = context.find(target);
  if (found?.id !== target) {
    const message = "The relation collection doesn't exist.";
    return { collectionId: { code: 'validation_field_relation_missing_collection', message } };
  }
  if (found.type === 'view') {
    const message = 'Non view collections are not allowed to have a view collection relation.';
    return {
      collectionId: { code: 'validation_relation_field_non_view_base_collection', message },
    };
  }
  const min = numberOption(field, 'minSelect', 0);
  return numberOption(field, 'maxSelect', 1) < min ? { maxSelect: atLeast(min) } : {};
}

function atLeast(threshold: number): FieldError {
  return {
    code: 'validation_min_greater_equal_than_required',
    message: `Must be no less than ${threshold}.`,
    params: { threshold },
  };
}
