import type { Field, Json } from '@davit/domain';
import { castList, parseJson } from './cast.ts';
import { isMultiple, type FieldKind, type Stored } from './field-kind.ts';

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
  fromColumn: (stored, field) => fit(storedList(stored), field),
};

function fit(items: string[], field: Field): Json {
  const distinct = [...new Set(items)];
  return isMultiple(field) ? distinct : (distinct.at(-1) ?? '');
}

function storedList(stored: Stored): string[] {
  if (stored === null || stored === '') return [];
  const text = String(stored);
  if (!text.startsWith('[')) return [text];
  return castList(parseJson(text) ?? text);
}
