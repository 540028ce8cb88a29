import type { FieldError } from '@davit/domain';
import { castList } from './cast.ts';
import { numberOption, REQUIRED, type FieldKind } from './field-kind.ts';
import { listKind } from './list.ts';

/** Only the count: whether the records exist is asked inside the transaction. */
export const relationField: FieldKind = {
  ...listKind,
  check(value, field) {
    const count = castList(value).length;
    if (count === 0) return field.required ? REQUIRED : undefined;
    const minSelect = numberOption(field, 'minSelect', 0);
    if (count < minSelect) {
      return {
        code: 'validation_not_enough_values',
        message: `Select at least ${minSelect}.`,
        params: { minSelect },
      };
    }
    const maxSelect = numberOption(field, 'maxSelect', 1);
    return count <= maxSelect
      ? undefined
      : {
          code: 'validation_too_many_values',
          message: `Select no more than ${maxSelect}.`,
          params: { maxSelect },
        };
  },
};

export const MISSING_RELATION: FieldError = {
  code: 'validation_missing_rel_records',
  message: 'Failed to find all relation records with the provided ids.',
};
