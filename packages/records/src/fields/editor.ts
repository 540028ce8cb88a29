import { castText } from './cast.ts';
import { numberOption, REQUIRED, UNSUPPORTED, type FieldKind } from './field-kind.ts';

export const editorField: FieldKind = {
  zero: () => '',
  cast: castText,
  check(value, field) {
    if (typeof value !== 'string') return UNSUPPORTED;
    if (value === '') return field.required ? REQUIRED : undefined;
    const maxSize = numberOption(field, 'maxSize', 5 << 20);
    return Buffer.byteLength(value) > maxSize
      ? {
          code: 'validation_content_size_limit',
          message: `The maximum allowed content size is ${maxSize} bytes.`,
          params: { maxSize },
        }
      : undefined;
  },
  toColumn: castText,
  fromColumn: castText,
};
