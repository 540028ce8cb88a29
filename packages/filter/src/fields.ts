import type { Json, JsonObject } from '@davit/domain';
import { splitList } from '@davit/domain';
import { excerpt } from './excerpt.ts';
import { invalid } from './failure.ts';
import { isObject } from './json-value.ts';

type Change = (value: Json) => Json;

/** Keys of one selection that are remembered: JSON values can have any number of them. */
const MAX_KNOWN = 1000;

/** Dotted paths to keep, each with what to do to the value found there. */
export type FieldSelection = ReadonlyMap<string, Change | undefined>;

/** `id,expand.author.name,body:excerpt(200,true),*` → a selection. Throws `invalid`. */
export function parseFields(text: string): FieldSelection {
  const parts = splitList(text);
  if (!parts) throw invalid('unbalanced parenthesis or quotes in fields');
  const selection = new Map<string, Change | undefined>();
  for (const part of parts) {
    const colon = part.indexOf(':');
    if (colon < 0) selection.set(part, undefined);
    else selection.set(part.slice(0, colon), parseChange(part.slice(colon + 1)));
  }
  return selection;
}

/** A copy of the value with only the selected keys; an empty selection keeps all. */
export function pickFields(value: Json, selection: FieldSelection): Json {
  if (selection.size === 0) return value;
  if (Array.isArray(value)) {
    return isObject(value[0]) ? value.map((item) => pickFields(item, selection)) : value;
  }
  if (!isObject(value)) return value;
  const picked: JsonObject = {};
  for (const [key, inner] of Object.entries(value)) {
    const deeper = below(key, selection);
    if (deeper.has('')) picked[key] = change(inner, deeper.get(''));
    else if (deeper.size > 0) picked[key] = pickFields(inner, deeper);
    else if (selection.has('*')) picked[key] = change(inner, selection.get('*'));
  }
  return picked;
}

function change(value: Json, by: Change | undefined): Json {
  return by ? by(value) : value;
}

/** What lies under which key of a selection: every record of a list asks for the same. */
const known = new WeakMap<FieldSelection, Map<string, FieldSelection>>();

/** What of the selection lies under a key; '' is the key itself. */
function below(key: string, selection: FieldSelection): FieldSelection {
  const byKey = known.get(selection) ?? new Map<string, FieldSelection>();
  known.set(selection, byKey);
  const before = byKey.get(key);
  if (before) return before;
  const deeper = new Map<string, Change | undefined>();
  for (const [path, by] of selection) {
    if (path === key) deeper.set('', by);
    else if (path.startsWith(`${key}.`)) deeper.set(path.slice(key.length + 1), by);
  }
  if (byKey.size < MAX_KNOWN) byKey.set(key, deeper);
  return deeper;
}

function parseChange(text: string): Change {
  const [name, length, ellipsis, ...more] = splitList(text, '(), ', false) ?? [];
  if (name !== 'excerpt' || more.length > 0) throw invalid(`invalid modifier "${text}"`);
  const max = /^\d+$/.test(length ?? '') ? Number(length) : 0;
  if (max <= 0) throw invalid('excerpt needs a length above 0');
  const withEllipsis = /^(1|t|true)$/i.test(ellipsis ?? '');
  return (value) => (typeof value === 'string' ? excerpt(value, max, withEllipsis) : value);
}
