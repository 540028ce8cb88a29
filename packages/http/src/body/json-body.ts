import { AppError } from '@davit/domain';
import type { Json, JsonObject } from '@davit/domain';
import { scanJson } from './scan-json.ts';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * A JSON object from bytes. Nothing at all and `null` are the empty object; what follows the first value is ignored.
 * Errors: `invalid` for other values, malformed text, invalid UTF-8, half a surrogate pair, a number too large for a
 * double, a key given twice, too deep nesting.
 */
export function parseJsonBody(bytes: Uint8Array): JsonObject {
  if (bytes.length === 0) return {};
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch (cause) {
    throw new AppError('invalid', '', { cause });
  }
  return parseJsonObject(text);
}

/** The same from text after which nothing may follow. */
export function parseWholeJson(text: string): JsonObject {
  if (text.slice(scanJson(text).end).trim() !== '') throw new AppError('invalid', '');
  return parseJsonObject(text);
}

function parseJsonObject(text: string): JsonObject {
  const { end, keys } = scanJson(text);
  const value = parse(end === text.length ? text : text.slice(0, end));
  if (value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value)) throw new AppError('invalid', '');
  if (countKeys(value) !== keys) throw new AppError('invalid', ''); // a key came twice
  return value;
}

function parse(text: string): Json {
  try {
    return JSON.parse(
      text,
      text.includes('\\u') || EXPONENT.test(text) ? refuse : undefined,
    ) as Json;
  } catch (cause) {
    throw new AppError('invalid', '', { cause });
  }
}

/** what only a number written with an exponent can be: hundreds of digits are refused nowhere, either */
const EXPONENT = /\d[eE]/;

/** Called for every value where a text could hold what `JSON.parse` takes but Go does not. */
function refuse(key: string, value: Json): Json {
  const isBroken =
    typeof value === 'string' ? !value.isWellFormed() : value === Infinity || value === -Infinity;
  if (isBroken || !key.isWellFormed()) throw new SyntaxError('not representable');
  return value;
}

function countKeys(value: Json): number {
  if (typeof value !== 'object' || value === null) return 0;
  const entries = Array.isArray(value) ? value : Object.values(value);
  let count = Array.isArray(value) ? 0 : entries.length;
  for (const entry of entries) count += countKeys(entry);
  return count;
}
