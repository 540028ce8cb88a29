import { AppError, type Json, type JsonObject } from '@davit/domain';
import { defaultSettings, EMPTY_RULE, type SettingsData } from './settings-data.ts';

const BAD_BODY = 'An error occurred while loading the submitted data.';

/**
 * The settings with what is given put over them, as Go decodes JSON over a value: keys in any case, unknown ones
 * ignored, `null` is the empty value, lists are taken anew. Throws `invalid` for values of another type.
 */
export function mergeSettings(base: SettingsData, given: JsonObject): SettingsData {
  return mergeValue(base as unknown as Json, given) as unknown as SettingsData;
}

/** Settings as they were stored, by any version: a part that is not as it should be counts as missing. */
export function readSettings(stored: unknown): SettingsData {
  const entries = Object.entries(isObject(stored as Json) ? (stored as JsonObject) : {});
  return entries.reduce((settings, [key, value]) => {
    try {
      return mergeSettings(settings, { [key]: value });
    } catch {
      return settings;
    }
  }, defaultSettings());
}

function mergeValue(base: Json, given: Json): Json {
  if (given === null) return emptied(base);
  if (Array.isArray(base)) return readList(given);
  if (isObject(base)) return mergeObject(base, given);
  if (typeof base !== typeof given) throw new AppError('invalid', BAD_BODY);
  if (typeof given === 'number' && !Number.isInteger(given))
    throw new AppError('invalid', BAD_BODY);
  return given;
}

function mergeObject(base: JsonObject, given: Json): JsonObject {
  if (!isObject(given)) throw new AppError('invalid', BAD_BODY);
  const names = new Map(Object.keys(base).map((name) => [name.toLowerCase(), name]));
  const merged = { ...base };
  for (const [key, value] of Object.entries(given)) {
    const name = names.get(key.toLowerCase());
    if (name === 'rules') merged[name] = readRules(value);
    else if (name !== undefined) merged[name] = mergeValue(merged[name] ?? null, value);
  }
  return merged;
}

function readList(given: Json): Json[] {
  if (!Array.isArray(given)) throw new AppError('invalid', BAD_BODY);
  return given.map((item) => mergeValue('', item));
}

/** The only list that does not hold text. */
function readRules(given: Json): Json[] {
  if (given === null) return [];
  if (!Array.isArray(given)) throw new AppError('invalid', BAD_BODY);
  return given.map((rule) => mergeValue({ ...EMPTY_RULE }, rule));
}

function emptied(value: Json): Json {
  if (Array.isArray(value)) return [];
  if (isObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([name, it]) => [name, emptied(it)]));
  }
  if (typeof value === 'number') return 0;
  return typeof value === 'boolean' ? false : '';
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
