import type { Collection, FieldError, FieldErrors } from '@davit/domain';
import { REQUIRED } from '../fields/field-kind.ts';
import type { CollectionContext } from './collection-context.ts';
import { BAD_FORMAT, lengthBetween } from './complaints.ts';
import { validateAuthOptions } from './validate-auth-options.ts';
import { validateFields } from './validate-fields.ts';
import { validateIndexes } from './validate-indexes.ts';
import { ruleError } from './validate-rule.ts';

const RULES = ['listRule', 'viewRule', 'createRule', 'updateRule', 'deleteRule'] as const;
const INTERNAL = /^(_params|_migrations|_collections|_davit_.*)$/i;

const SYSTEM_RULE: FieldError = {
  code: 'validation_collection_system_rule_change',
  message: 'System collection API rule cannot be changed.',
};

/** All complaints about a definition, with PocketBase's codes; empty when it may be saved. */
export function validateCollection(
  collection: Collection,
  context: CollectionContext,
): FieldErrors {
  const errors: FieldErrors = {
    ...validateIdentity(collection, context),
    ...validateRules(collection, context),
    ...(collection.type === 'auth' ? validateAuthOptions(collection, context) : {}),
  };
  if (collection.type !== 'view') {
    const fields = validateFields(collection, context);
    if (Object.keys(fields).length > 0) errors.fields = fields;
  }
  const indexes = validateIndexes(collection, context);
  if (Object.keys(indexes).length > 0) errors.indexes = indexes;
  return errors;
}

function validateIdentity(collection: Collection, context: CollectionContext): FieldErrors {
  const errors: FieldErrors = {};
  const name = nameError(collection, context);
  if (name) errors.name = name;
  const { previous } = context;
  const twin = context.list().some((other) => other !== collection && other.id === collection.id);
  const changed = previous !== undefined && previous.id !== collection.id;
  if (twin || changed) {
    errors.id = {
      code: 'validation_invalid_or_existing_id',
      message: 'The model id is invalid or already exists.',
    };
  } else if (Buffer.byteLength(collection.id) > 100) errors.id = lengthBetween(1, 100);
  else if (!/^\w+$/.test(collection.id)) errors.id = BAD_FORMAT;
  if (previous && previous.type !== collection.type) {
    errors.type = {
      code: 'validation_collection_type_change',
      message: 'Collection type cannot be changed.',
    };
  }
  if (previous && previous.system !== collection.system) {
    errors.system = {
      code: 'validation_collection_system_flag_change',
      message: 'System collection state cannot be changed.',
    };
  }
  return errors;
}

function nameError(collection: Collection, context: CollectionContext): FieldError | undefined {
  const { name } = collection;
  if (name === '') return REQUIRED;
  if (Buffer.byteLength(name) > 255) return lengthBetween(1, 255);
  if (/_via_/i.test(name)) {
    return { code: 'validation_found_via', message: 'The value cannot contain "_via_".' };
  }
  if (!/^\w+$/.test(name)) return BAD_FORMAT;
  if (context.previous?.system && context.previous.name !== name) {
    return {
      code: 'validation_collection_system_name_change',
      message: 'System collection name cannot be changed.',
    };
  }
  return takenName(collection, context);
}

function takenName({ id, name }: Collection, context: CollectionContext): FieldError | undefined {
  const twin = context.find(name);
  if (twin && twin.id !== id && twin.name.toLowerCase() === name.toLowerCase()) {
    return {
      code: 'validation_collection_name_exists',
      message: 'Collection name must be unique (case insensitive).',
    };
  }
  if (context.list().some((other) => other.id === name)) {
    return {
      code: 'validation_collection_name_id_duplicate',
      message: 'The name must not match an existing collection id.',
    };
  }
  return INTERNAL.test(name)
    ? {
        code: 'validation_collection_name_invalid',
        message: "The name shouldn't match with an existing internal table.",
      }
    : undefined;
}

function validateRules(collection: Collection, context: CollectionContext): FieldErrors {
  const errors: FieldErrors = {};
  for (const name of RULES) {
    const error = tableRuleError(collection, name, context);
    if (error) errors[name] = error;
  }
  if (collection.type !== 'auth') return errors;
  for (const name of ['authRule', 'manageRule'] as const) {
    const rule = collection.options[name];
    const { previous } = context;
    const isFixed = previous?.system === true && previous.options[name] !== rule;
    const error =
      ruleError(collection, typeof rule === 'string' ? rule : null, context) ??
      (isFixed ? SYSTEM_RULE : undefined);
    if (error) errors[name] = error;
  }
  if (collection.options.manageRule === '') {
    errors.manageRule = {
      code: 'validation_nil_or_not_empty_required',
      message: 'Cannot be blank.',
    };
  }
  return errors;
}

function tableRuleError(
  collection: Collection,
  name: (typeof RULES)[number],
  context: CollectionContext,
): FieldError | undefined {
  const rule = collection[name];
  const writes = name !== 'listRule' && name !== 'viewRule';
  if (collection.type === 'view' && writes && rule !== null) {
    return { code: 'validation_nil', message: 'Must be blank.' };
  }
  const { previous } = context;
  if (previous?.system && previous[name] !== rule) return SYSTEM_RULE;
  return ruleError(collection, rule, context);
}
