import { AppError, type Json, type JsonObject } from '@davit/domain';
import { defaultSettings, EMPTY_RULE, type SettingsData } from './settings-data.ts';

const BAD_BODY = 'An error occurred while loading the submitted data.';

/**
 * The settings with what is given put over them, as Go decodes JSON over a value: keys in any case, unknown ones
 * ignored, `null` changes nothing, entries of lists keep what they do not mention. Throws `invalid` for values of
 * another type.
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
  if (given === null) return Array.isArray(base) ? [] : base;
  if (Array.isArray(base)) return mergeList(base, given);
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
    if (name !== undefined) merged[name] = mergeValue(merged[name] ?? null, value);
  }
  return merged;
}

/** The only list of objects are the rate limit rules; all others hold text. */
function mergeList(base: Json[], given: Json): Json[] {
  if (!Array.isArray(given)) throw new AppError('invalid', BAD_BODY);
  return given.map((item, index) => {
    if (isObject(item)) {
      const known = base[index] ?? null;
      return mergeObject(isObject(known) ? known : { ...EMPTY_RULE }, item);
    }
    if (typeof item !== 'string') throw new AppError('invalid', BAD_BODY);
    return item;
  });
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
