import type { FieldError } from '@davit/domain';
import { castText } from './cast.ts';
import { numberOption, REQUIRED, textOption, type FieldKind } from './field-kind.ts';
import { matchesPattern } from './pattern.ts';

/** The value is the stored hash; what is checked is the new plain password, where one was given. */
export const passwordField: FieldKind = {
  zero: () => '',
  cast: castText,
  check(value, field, { plain = '' }): FieldError | undefined {
    if (plain === '') return field.required && value === '' ? REQUIRED : undefined;
    const length = [...plain].length;
    const min = numberOption(field, 'min', 1);
    if (length < min) {
      return {
        code: 'validation_min_text_constraint',
        message: `Must be at least ${min} character(s).`,
      };
    }
    const max = numberOption(field, 'max', 71);
    if (length > max) {
      return {
        code: 'validation_max_text_constraint',
        message: `Must be less than ${max} character(s).`,
      };
    }
    const pattern = textOption(field, 'pattern');
    return pattern === '' || matchesPattern(pattern, plain)
      ? undefined
      : { code: 'validation_invalid_format', message: 'Invalid value format.' };
  },
  toColumn: castText,
  fromColumn: castText,
};
