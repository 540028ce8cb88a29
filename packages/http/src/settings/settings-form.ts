import { AppError } from '@davit/domain';
import type { Json, JsonObject } from '@davit/domain';

/**
 * The settings in a form: `meta.appName=Blog` is the same as `{"meta":{"appName":"Blog"}}`. Texts are read as what
 * stands in their place in `current`; names that are not there, and lists of objects, say nothing. Errors: `invalid`.
 */
export function nestSettings(form: JsonObject, current: JsonObject): JsonObject {
  const nested: JsonObject = {};
  for (const [name, value] of Object.entries(form)) {
    if (typeof value === 'object' && !Array.isArray(value))
      nested[name] = value; // of a payload
    else place(nested, { path: name.split('.'), value, current });
  }
  return nested;
}

interface Placed {
  path: readonly string[];
  value: Json;
  current: JsonObject;
}

function place(into: JsonObject, { path, value, current }: Placed): void {
  const [name = '', ...rest] = path;
  const there = Object.hasOwn(current, name) ? (current[name] ?? null) : null;
  if (rest.length === 0) {
    const read = readAs(there, value);
    if (read !== undefined) into[name] = read;
  } else if (isObject(there)) {
    const below = into[name];
    const deeper = isObject(below) ? below : {};
    place(deeper, { path: rest, value, current: there });
    into[name] = deeper;
  }
}

function readAs(there: Json, value: Json): Json | undefined {
  const texts = [value].flat().map(String);
  const [text = ''] = texts;
  if (typeof there === 'string') return text;
  if (typeof there === 'boolean') return readBoolean(text);
  if (typeof there === 'number') return readInteger(text);
  return Array.isArray(there) && !there.some(isObject) ? texts : undefined;
}

function readBoolean(text: string): boolean {
  if (/^(?:1|t|T|TRUE|true|True)$/.test(text)) return true;
  if (/^(?:|0|f|F|FALSE|false|False)$/.test(text)) return false;
  throw unreadable();
}

function readInteger(text: string): number {
  if (/^(?:[+-]?\d{1,15})?$/.test(text)) return Number(text);
  throw unreadable();
}

function unreadable(): AppError {
  return new AppError('invalid', 'An error occurred while loading the submitted data.');
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
