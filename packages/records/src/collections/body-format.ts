import { AppError, type Json, type JsonObject } from '@davit/domain';

export const BAD_FORMAT = 'Failed to load the submitted data due to invalid formatting.';

const TEXTS = ['name', 'id', 'listRule', 'viewRule', 'createRule', 'updateRule', 'deleteRule'];
const EXPECTED: JsonObject = {
  ...Object.fromEntries(TEXTS.map((name) => [name, ''])),
  viewQuery: '',
  system: false,
  indexes: [],
};
const INT64 = 2 ** 63;

/** Throws `invalid` where a part of a definition is of another kind than the original's; null is always left out. */
export function checkBodyFormat(body: JsonObject): void {
  checkFormat(body, EXPECTED);
  const { fields } = body;
  if (fields === undefined || fields === null) return;
  if (!Array.isArray(fields) || !fields.every(isObject)) throw new AppError('invalid', BAD_FORMAT);
}

/** The same for any object: each value is of the kind of its default, where null stands for a number. */
export function checkFormat(given: JsonObject, defaults: JsonObject): void {
  for (const [key, otherwise] of Object.entries(defaults)) {
    const value = given[key] ?? null;
    if (value !== null && !isLike(value, otherwise)) throw new AppError('invalid', BAD_FORMAT);
  }
}

/** Of the kind of its default; a list is one of texts. */
export function isLike(value: Json, otherwise: Json): boolean {
  if (otherwise === null) return typeof value === 'number';
  if (Array.isArray(otherwise)) {
    return Array.isArray(value) && value.every((item) => item === null || typeof item === 'string');
  }
  if (typeof otherwise === 'number') {
    return Number.isInteger(value) && Math.abs(Number(value)) < INT64;
  }
  return typeof value === typeof otherwise;
}

function isObject(value: Json): value is JsonObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
