import type { Field, FieldError } from '@davit/domain';
import { castText } from './cast.ts';
import { numberOption, REQUIRED, textOption, UNSUPPORTED, type FieldKind } from './field-kind.ts';
import { generateFromPattern } from './generate-from-pattern.ts';
import { DEFAULT_ID_PATTERN, matchesPattern } from './pattern.ts';

const FORBIDDEN_IN_ID = /[./\\|"'`<>:?*%$\0\t\n\r ]/;
const RESERVED_ID = /^(con|prn|aux|nul|(com|lpt)[1-9])$/i;

export const textField: FieldKind = {
  zero: () => '',
  cast: castText,
  modify: {
    autogenerate: (_current, input, field) =>
      castText(input) + generateFromPattern(textOption(field, 'autogeneratePattern')),
  },
  check(value, field, context) {
    if (typeof value !== 'string') return UNSUPPORTED;
    if (field.primaryKey !== true) return checkText(value, field);
    if (context.isNew) return checkId(value, field) ?? checkText(value, field);
    return value === context.original
      ? undefined
      : { code: 'validation_pk_change', message: 'The record primary key cannot be changed.' };
  },
  toColumn: (value) => castText(value),
  fromColumn: (stored) => castText(stored),
};

function checkId(value: string, field: Field): FieldError | undefined {
  if (textOption(field, 'pattern') === DEFAULT_ID_PATTERN) return undefined;
  const forbidden = FORBIDDEN_IN_ID.exec(value);
  if (forbidden !== null) {
    return {
      code: 'validation_forbidden_pk_character',
      message: `'${forbidden[0]}' is not a valid primary key character.`,
    };
  }
  return RESERVED_ID.test(value)
    ? {
        code: 'validation_reserved_pk',
        message: `The primary key '${value}' is reserved and cannot be used.`,
      }
    : undefined;
}

/** Length in code points, then the pattern. Min, max and pattern are optional. */
export function checkText(value: string, field: Field): FieldError | undefined {
  if (value === '') return field.required || field.primaryKey ? REQUIRED : undefined;
  const length = codePoints(value);
  const min = numberOption(field, 'min', 0);
  if (length < min) {
    return {
      code: 'validation_min_text_constraint',
      message: `Must be at least ${min} character(s).`,
      params: { min },
    };
  }
  const max = numberOption(field, 'max', 5000);
  if (length > max) {
    return {
      code: 'validation_max_text_constraint',
      message: `Must be no more than ${max} character(s).`,
      params: { max },
    };
  }
  const pattern = textOption(field, 'pattern');
  if (pattern !== '' && !matchesPattern(pattern, value)) {
    return { code: 'validation_invalid_format', message: 'Invalid value format.' };
  }
  return undefined;
}

function codePoints(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; count++) at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
  return count;
}

/** A new value for an empty field on create; '' where the field has no pattern for that. */
export function autogenerate(field: Field): string {
  const pattern = textOption(field, 'autogeneratePattern');
  return pattern === '' ? '' : generateFromPattern(pattern);
}
