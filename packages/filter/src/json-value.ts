import type { Json, JsonObject } from '@davit/domain';

/** Walks maps by key and lists by position; `undefined` when the path leads nowhere. */
export function lookUp(from: Json, path: readonly string[]): Json | undefined {
  let value: Json | undefined = from;
  for (const key of path) {
    if (Array.isArray(value)) value = /^\d+$/.test(key) ? value[Number(key)] : undefined;
    else if (isObject(value)) value = Object.hasOwn(value, key) ? value[key] : undefined;
    else return undefined;
  }
  return value;
}

/** The value as a list: nothing is empty, a plain value is one entry. */
export function listOf(value: Json | undefined): Json[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

/** The distinct non-empty texts of a relation value: a text, a JSON list in a text, or a list. */
export function uniqueStrings(value: Json | undefined): string[] {
  const list = typeof value === 'string' && value.includes('[') ? parseList(value) : listOf(value);
  const texts = list.map((entry) => (typeof entry === 'object' ? '' : String(entry)));
  return [...new Set(texts)].filter((text) => text !== '');
}

function parseList(text: string): Json[] {
  try {
    return listOf(JSON.parse(text) as Json);
  } catch {
    return [text];
  }
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
