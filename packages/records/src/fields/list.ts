import type { Field, Json } from '@davit/domain';
import { castList, parseJson } from './cast.ts';
import { isMultiple, type FieldKind, type Stored } from './field-kind.ts';

/** Longer lists are cleaned by way of a set. */
const MOST_TO_COMPARE = 32;

/** What select, relation and file share: one text, or a list of distinct ones. */
export const listKind: Omit<FieldKind, 'check'> = {
  zero: (field) => (isMultiple(field) ? [] : ''),
  cast: (input, field) => fit(castList(input), field),
  modify: {
    append: (current, input, field) => fit([...castList(current), ...castList(input)], field),
    prepend: (current, input, field) => fit([...castList(input), ...castList(current)], field),
    subtract: (current, input, field) => {
      const gone = castList(input);
      return fit(
        castList(current).filter((item) => !gone.includes(item)),
        field,
      );
    },
  },
  toColumn: (value, field) =>
    isMultiple(field) ? JSON.stringify(castList(value)) : (castList(value).at(-1) ?? ''),
  fromColumn: (stored, field) => only(storedList(stored), field),
};

function fit(items: string[], field: Field): Json {
  return only([...new Set(items)], field);
}

/** A field for one value keeps the last. */
function only(distinct: string[], field: Field): Json {
  return isMultiple(field) ? distinct : (distinct.at(-1) ?? '');
}

function storedList(stored: Stored): string[] {
  if (stored === null || stored === '') return [];
  const text = String(stored);
  if (!text.startsWith('[')) return [text];
  const parsed = parseJson(text) ?? text;
  return isClean(parsed) ? parsed : castList(parsed);
}

/** A list as we write them: texts, none twice, none empty. */
function isClean(value: Json): value is string[] {
  if (!Array.isArray(value) || value.length > MOST_TO_COMPARE) return false;
  return value.every((item, index) => {
    return typeof item === 'string' && item !== '' && value.indexOf(item) === index;
  });
}
