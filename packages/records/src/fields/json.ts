import { formatFloat, sortedJson, type Json } from '@davit/domain';
import { parseJson } from './cast.ts';
import { numberOption, REQUIRED, type FieldKind, type Stored } from './field-kind.ts';

/** Text from a form may be JSON: `[1]`, `{"a":1}`, `12`, `"x"`, `true`; anything else is plain text. */
function castJson(input: Json): Json {
  if (typeof input !== 'string') return input;
  if (['null', 'true', 'false'].includes(input) || /^[-"[{\d]/.test(input)) {
    const parsed = parseJson(input);
    return parsed === undefined ? input : parsed;
  }
  return input;
}

export const jsonField: FieldKind = {
  zero: () => null,
  cast: castJson,
  check(value, field) {
    const maxSize = numberOption(field, 'maxSize', 1 << 20);
    const text = sortedJson(value);
    if (Buffer.byteLength(text) > maxSize) {
      return {
        code: 'validation_json_size_limit',
        message: `The maximum allowed JSON size is ${maxSize} bytes.`,
        params: { maxSize },
      };
    }
    return field.required && ['null', '""', '[]', '{}'].includes(text) ? REQUIRED : undefined;
  },
  toColumn: (value) => (value === null ? null : sortedJson(value)),
  fromColumn: (stored: Stored) =>
    typeof stored === 'number' && !Number.isFinite(stored) ? formatFloat(stored) : castJson(stored),
};
