import { castBool } from './cast.ts';
import { REQUIRED, UNSUPPORTED, type FieldKind } from './field-kind.ts';

export const boolField: FieldKind = {
  zero: () => false,
  cast: castBool,
  check(value, field) {
    if (typeof value !== 'boolean') return UNSUPPORTED;
    return field.required && !value ? REQUIRED : undefined;
  },
  toColumn: (value) => (castBool(value) ? 1 : 0),
  fromColumn: castBool,
};
