import {
  AppError,
  COLLECTION_TYPES,
  parseIndex,
  renderIndex,
  type Collection,
  type CollectionType,
  type Field,
  type Json,
  type JsonObject,
  type Rule,
} from '@davit/domain';
import { castDate } from '../fields/date.ts';
import { SUPERUSERS } from '../write/auth-effects.ts';
import { BAD_FORMAT, checkBodyFormat, checkFormat } from './body-format.ts';
import { isFieldType, normalizeField, optionDefaults } from './field-options.ts';
import { mergeOptions } from './merge-options.ts';
import { withSystemFields } from './scaffold.ts';

const RULES = ['listRule', 'viewRule', 'createRule', 'updateRule', 'deleteRule'] as const;

/**
 * A request body over a definition. Keys match in any case; what is left out stays; `fields` replaces the whole
 * list, where a field without an id is the one of the same name.
 */
export function mergeBody(base: Collection, body: JsonObject): Collection {
  const given = withKnownCase(body, [...Object.keys(base), ...Object.keys(base.options)]);
  checkBodyFormat(given);
  const merged: Collection = { ...base };
  if (typeof given.name === 'string') merged.name = given.name;
  if (typeof given.system === 'boolean') merged.system = given.system;
  if (given.type !== undefined && isKnownType(given.type)) merged.type = given.type;
  for (const rule of RULES) {
    if (rule in given) merged[rule] = asRule(given[rule]);
  }
  if (Array.isArray(given.fields) && base.type !== 'view') {
    merged.fields = mergeFields(given.fields, base.fields);
  }
  if (Array.isArray(given.indexes)) {
    merged.indexes = given.indexes.map((index) => (typeof index === 'string' ? index : ''));
  }
  merged.options = mergeOptions(base.options, given);
  return normalize(merged);
}

/** System fields present, indexes on this table. */
export function normalize(collection: Collection): Collection {
  const complete = withSystemFields(collection);
  const indexes = complete.indexes.map((statement) => {
    const index = parseIndex(statement);
    // one that names this table stays as it was written
    if (index === undefined || index.table === complete.name) return statement;
    return renderIndex({ ...index, table: complete.name });
  });
  const options = withKnownFields(complete);
  return {
    ...complete,
    indexes,
    options: complete.name === SUPERUSERS ? superuserOptions(options) : options,
  };
}

/** What providers say goes to no field that is not there. */
function withKnownFields({ options, fields }: Collection): JsonObject {
  const oauth2 = options.oauth2 ?? null;
  const mapped = isObject(oauth2) ? (oauth2.mappedFields ?? null) : null;
  if (!isObject(oauth2) || !isObject(mapped)) return options;
  const names = new Set<Json>(fields.map(({ name }) => name));
  const mappedFields = Object.fromEntries(
    Object.entries(mapped).map(([what, name]) => [what, names.has(name) ? name : '']),
  );
  return { ...options, oauth2: { ...oauth2, mappedFields } };
}

/** Superusers can always sign in by password, and only in ways this server answers for itself. */
function superuserOptions(options: JsonObject): JsonObject {
  const part = (name: string): JsonObject => {
    const value = options[name] ?? null;
    return isObject(value) ? value : {};
  };
  return {
    ...options,
    oauth2: { ...part('oauth2'), enabled: false },
    passwordAuth: { ...part('passwordAuth'), enabled: true },
    mfa: { ...part('mfa'), enabled: part('mfa').enabled === true || part('otp').enabled === true },
  };
}

export function isKnownType(type: Json): type is CollectionType {
  return (COLLECTION_TYPES as readonly Json[]).includes(type);
}

function withKnownCase(body: JsonObject, known: readonly string[]): JsonObject {
  const names = new Map(known.map((name) => [name.toLowerCase(), name]));
  return Object.fromEntries(
    Object.entries(body).map(([key, value]) => [names.get(key.toLowerCase()) ?? key, value]),
  );
}

function asRule(value: Json | undefined): Rule {
  return typeof value === 'string' ? value : null;
}

/** Of several with the same id, or without one and of the same name, the last stays, in the first's place. */
function mergeFields(inputs: readonly Json[], previous: readonly Field[]): Field[] {
  const fields: Field[] = [];
  for (const input of inputs.filter(isObject)) {
    const field = mergeField(input, previous);
    const place = fields.findIndex(({ id, name }) =>
      input.id ? id === field.id : name !== '' && name === field.name,
    );
    const twin = fields[place];
    if (twin) fields[place] = input.id ? field : { ...field, id: twin.id };
    else fields.push(field);
  }
  return fields;
}

function mergeField(input: JsonObject, previous: readonly Field[]): Field {
  const { type } = input;
  if (!isFieldType(type)) throw new AppError('invalid', BAD_FORMAT);
  const known = previous.find((field) =>
    input.id ? field.id === input.id : field.name === input.name && field.type === type,
  );
  checkFormat(input, { id: '', name: '', ...optionDefaults(type) });
  const dates = type === 'date' && {
    min: castDate(input.min ?? ''),
    max: castDate(input.max ?? ''),
  };
  return normalizeField({ ...input, ...dates, ...(known && { id: known.id }), type });
}

function isObject(value: Json): value is JsonObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
