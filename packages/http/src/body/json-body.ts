import { AppError } from '@davit/domain';
import type { Json, JsonObject } from '@davit/domain';
import { scanJson } from './scan-json.ts';

const decoder = new TextDecoder('utf-8', { fatal: true });

/**
 * A JSON object from bytes. Nothing at all and `null` are the empty object; what follows the first value is ignored.
 * Errors: `invalid` for other values, malformed text, invalid UTF-8, a key given twice, too deep nesting.
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

/** The same from text. */
export function parseJsonObject(text: string): JsonObject {
  const { end, keys } = scanJson(text);
  const value = parse(end === text.length ? text : text.slice(0, end));
  if (value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value)) throw new AppError('invalid', '');
  if (countKeys(value) !== keys) throw new AppError('invalid', ''); // a key came twice
  return value;
}

function parse(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (cause) {
    throw new AppError('invalid', '', { cause });
  }
}

function countKeys(value: Json): number {
  if (typeof value !== 'object' || value === null) return 0;
  const entries = Array.isArray(value) ? value : Object.values(value);
  let count = Array.isArray(value) ? 0 : entries.length;
  for (const entry of entries) count += countKeys(entry);
  return count;
}
