import type { FieldError } from '@davit/domain';
import { castNumber } from './cast.ts';
import { REQUIRED, UNSUPPORTED, type FieldKind } from './field-kind.ts';

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
    if (field.onlyInt === true && !Number.isInteger(value)) {
      return {
        code: 'validation_only_int_constraint',
        message: 'Decimal numbers are not allowed.',
      };
    }
    const { min, max } = field;
    if (typeof min === 'number' && value < min) {
      return {
        code: 'validation_min_number_constraint',
        message: `Must be greater or equal than ${min}.`,
        params: { min },
      };
    }
    if (typeof max === 'number' && value > max) {
      return {
        code: 'validation_max_number_constraint',
        message: `Must be less or equal than ${max}.`,
        params: { max },
      };
    }
    return undefined;
  },
  toColumn: (value) => castNumber(value),
  fromColumn: (stored) => castNumber(stored),
};
