import type { Json } from './json.ts';

/** What engines have beyond the types: numbers as they were written. */
interface ExactJson {
  parse(
    text: string,
    reviver: (key: string, value: Json, at: { source?: string }) => unknown,
  ): Json;
  rawJSON(source: string): Json;
  isRawJSON(value: unknown): boolean;
}
const exact = JSON as unknown as ExactJson;

/** Only a number with this many digits can be another one once it is read. */
const LONG_NUMBER = /\d{16}/;

/**
 * `JSON.parse` that loses no digits: a number that JavaScript would change becomes a leaf that is written as it was
 * read. Throws as `JSON.parse` does.
 */
export function parseExactJson(text: string): Json {
  if (!LONG_NUMBER.test(text)) return JSON.parse(text) as Json;
  return exact.parse(text, (_key, value, { source }) => {
    const isChanged = typeof value === 'number' && source !== undefined && String(value) !== source;
    return isChanged ? exact.rawJSON(source) : value;
  });
}

/** JSON with the keys of every object in order. */
export function sortedJson(value: Json): string {
  return JSON.stringify(value, (_key, inner: Json) =>
    isObject(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

function isObject(value: Json): value is { [key: string]: Json } {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !exact.isRawJSON(value)
  );
}
