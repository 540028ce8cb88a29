import type { FieldError, FieldErrors } from '@davit/domain';
import type { SchemaNode } from './schema/node.ts';

const MAX_COMPLAINTS = 100;

const error = (code: string, message: string): FieldError => ({ code, message });
const blank = error('validation_required', 'Cannot be blank.');

/** Complaints about `value`, nested by path; undefined when there are none. */
export function complaintsOf(schema: SchemaNode, value: unknown): FieldErrors | undefined {
  const found = new Complaints();
  check(schema, value, { path: [], found });
  return found.count === 0 ? undefined : found.errors;
}

class Complaints {
  readonly errors: FieldErrors = {};
  count = 0;

  /** The first complaint about a place, or about something inside it, wins. */
  add(path: string[], complaint: FieldError): void {
    if (this.count === MAX_COMPLAINTS) return;
    let level = this.errors;
    for (const key of path.slice(0, -1)) {
      const next = ownValue(level, key) ?? {};
      if (isFieldError(next)) return;
      set(level, key, next);
      level = next;
    }
    const last = path.at(-1) ?? '';
    if (ownValue(level, last) !== undefined) return;
    set(level, last, complaint);
    this.count++;
  }
}

// "__proto__" is a legal name of a field nobody knows
function ownValue(level: FieldErrors, key: string): FieldError | FieldErrors | undefined {
  return Object.hasOwn(level, key) ? level[key] : undefined;
}
function set(level: FieldErrors, key: string, value: FieldError | FieldErrors): void {
  Object.defineProperty(level, key, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  });
}

function isFieldError(value: FieldError | FieldErrors): value is FieldError {
  return typeof value.code === 'string' && typeof value.message === 'string';
}

interface Place {
  path: string[];
  found: Complaints;
}

const below = (place: Place, key: string): Place => ({ ...place, path: [...place.path, key] });

function check(schema: SchemaNode, value: unknown, place: Place): void {
  const complaint = typeComplaint(schema, value) ?? valueComplaint(schema, value);
  if (complaint !== undefined) {
    place.found.add(place.path, complaint);
    return;
  }
  const before = place.found.count;
  if (Array.isArray(value)) checkItems(schema, value, place);
  else if (typeof value === 'object') checkObject(schema, value as Record<string, unknown>, place);
  // as on the API server: rules run on what is well formed
  if (place.found.count === before) checkRules(schema, value, place);
}

function checkRules(schema: SchemaNode, value: unknown, place: Place): void {
  for (const rule of schema.rules ?? []) {
    if (rule.holds(value)) continue;
    const field = rule.field === undefined ? [] : rule.field.split('.');
    place.found.add([...place.path, ...field], error(rule.code, rule.message));
  }
}

function checkItems(schema: SchemaNode, items: unknown[], place: Place): void {
  for (const [index, item] of items.entries()) {
    check(schema.items ?? {}, item, below(place, String(index)));
  }
}

function checkObject(schema: SchemaNode, value: Record<string, unknown>, place: Place): void {
  for (const key of schema.required ?? []) {
    if (!Object.hasOwn(value, key)) place.found.add([...place.path, key], blank);
  }
  const others = Object.values(schema.patternProperties ?? {})[0];
  for (const [key, item] of Object.entries(value)) {
    const known = schema.properties !== undefined && Object.hasOwn(schema.properties, key);
    const child = known ? schema.properties?.[key] : others;
    if (child === undefined) {
      place.found.add([...place.path, key], error('validation_unknown_field', 'Unknown field.'));
    } else check(child, item, below(place, key));
  }
}

const TYPES: Record<string, (value: unknown) => boolean> = {
  string: (value) => typeof value === 'string',
  boolean: (value) => typeof value === 'boolean',
  integer: (value) => Number.isSafeInteger(value),
  array: (value) => Array.isArray(value),
  object: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
};

function typeComplaint(schema: SchemaNode, value: unknown): FieldError | undefined {
  if (schema['x-kubernetes-int-or-string'] === true) {
    const fits = typeof value === 'string' || Number.isSafeInteger(value);
    return fits ? undefined : error('validation_invalid_type', schema.hint ?? 'Invalid value.');
  }
  const type = schema.type ?? 'object';
  if (TYPES[type]?.(value) !== false) return undefined;
  const article = /^[aeiou]/.test(type) ? 'an' : 'a';
  return error('validation_invalid_type', `Must be ${article} ${type}.`);
}

function valueComplaint(schema: SchemaNode, value: unknown): FieldError | undefined {
  if (typeof value === 'string') return textComplaint(schema, value);
  if (typeof value === 'number') return numberComplaint(schema, value);
  if (Array.isArray(value) && value.length > (schema.maxItems ?? Infinity)) {
    return error('validation_too_many', `Must have at most ${schema.maxItems} entries.`);
  }
  if (typeof value === 'object' && value !== null) {
    const size = Object.keys(value).length;
    if (size > (schema.maxProperties ?? Infinity)) {
      return error('validation_too_many', `Must have at most ${schema.maxProperties} entries.`);
    }
  }
  return undefined;
}

function textComplaint(schema: SchemaNode, value: string): FieldError | undefined {
  if (value === '' && (schema.minLength ?? 0) > 0) return blank;
  const wrongLength = lengthComplaint(schema, value);
  if (wrongLength !== undefined) return wrongLength;
  if (schema.enum?.includes(value) === false) {
    return error('validation_in_invalid', `Must be one of ${schema.enum.join(', ')}.`);
  }
  if (schema.pattern !== undefined && !new RegExp(schema.pattern, 'u').test(value)) {
    return error('validation_match_invalid', schema.hint ?? 'Invalid value format.');
  }
  return undefined;
}

function lengthComplaint(
  { minLength = 0, maxLength = Infinity }: SchemaNode,
  value: string,
): FieldError | undefined {
  // the API server counts characters, not UTF-16 units
  const { length } = [...value];
  if (length < minLength) {
    const message = `Must be at least ${minLength} character(s).`;
    return error('validation_min_text_constraint', message);
  }
  if (length > maxLength) {
    const message = `Must be no more than ${maxLength} character(s).`;
    return error('validation_max_text_constraint', message);
  }
  return undefined;
}

function numberComplaint(schema: SchemaNode, value: number): FieldError | undefined {
  if (value < (schema.minimum ?? -Infinity)) {
    return error('validation_min_number_constraint', `Must be no less than ${schema.minimum}.`);
  }
  if (value > (schema.maximum ?? Infinity)) {
    return error('validation_max_number_constraint', `Must be no more than ${schema.maximum}.`);
  }
  return undefined;
}
