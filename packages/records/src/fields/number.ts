import { formatFloat, type FieldError } from '@davit/domain';
import { castNumber } from './cast.ts';
import { REQUIRED, UNSUPPORTED, type FieldKind } from './field-kind.ts';

/** Whole, and no bigger than an integer of Go's and SQLite's. */
export function isInt64(value: number): boolean {
  return Number.isInteger(value) && value >= -(2 ** 63) && value < 2 ** 63;
}

export const numberField: FieldKind = {
  zero: () => 0,
  cast: castNumber,
  modify: {
    append: (current, input) => castNumber(current) + castNumber(input),
    subtract: (current, input) => castNumber(current) - castNumber(input),
  },
  check(value, field): FieldError | undefined {
    if (typeof value !== 'number') return UNSUPPORTED;
    if (!Number.isFinite(value)) {
      return {
        code: 'validation_not_a_number',
        message: 'The submitted number is not properly formatted.',
      };
    }
    if (value === 0) return field.required ? REQUIRED : undefined;
    if (field.onlyInt === true && !isInt64(value)) {
      return {
        code: 'validation_only_int_constraint',
        message: 'Decimal numbers are not allowed.',
      };
    }
    const { min, max } = field;
    if (typeof min === 'number' && value < min) {
      return {
        code: 'validation_min_number_constraint',
        message: `Must be greater or equal than ${formatFloat(min)}.`,
        params: { min },
      };
    }
    if (typeof max === 'number' && value > max) {
      return {
        code: 'validation_max_number_constraint',
        message: `Must be less or equal than ${formatFloat(max)}.`,
        params: { max },
      };
    }
    return undefined;
  },
  toColumn: (value) => castNumber(value),
  fromColumn: (stored) => castNumber(stored),
};
