import { castList } from './cast.ts';
import { listOption, numberOption, REQUIRED, type FieldKind } from './field-kind.ts';
import { listKind } from './list.ts';

export const selectField: FieldKind = {
  ...listKind,
  check(value, field) {
    const items = castList(value);
    if (items.length === 0) return field.required ? REQUIRED : undefined;
    const maxSelect = numberOption(field, 'maxSelect', 1);
    if (items.length > maxSelect) {
      return {
        code: 'validation_too_many_values',
        message: `Select no more than ${maxSelect}.`,
        params: { maxSelect },
      };
    }
    const known = listOption(field, 'values');
    const unknown = items.find((item) => !known.includes(item));
    return unknown === undefined
      ? undefined
      : {
          code: 'validation_invalid_value',
          message: `${`Invalid value ${unknown}`.trimEnd()}.`,
          params: { value: unknown },
        };
  },
};
