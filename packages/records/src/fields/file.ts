import { sizeOf, type FieldError } from '@davit/domain';
import { isOfType } from '../files/file-signatures.ts';
import type { Upload } from '../files/upload.ts';
import { castList } from './cast.ts';
import { listOption, numberOption, REQUIRED, type FieldKind } from './field-kind.ts';
import { listKind } from './list.ts';

/** The value is a list of stored names; new ones must come with an upload. */
export const fileField: FieldKind = {
  ...listKind,
  check(value, field, context) {
    const names = castList(value);
    if (names.length === 0) return field.required ? REQUIRED : undefined;
    const known = castList(context.original ?? []);
    const invalid = names.filter((name) => !known.includes(name) && !context.uploads.has(name));
    if (invalid.length > 0) {
      return {
        code: 'validation_invalid_file',
        message: `Invalid new files: [${invalid.join(' ')}].`,
        params: { invalidFiles: invalid },
      };
    }
    const maxSelect = numberOption(field, 'maxSelect', 1);
    if (names.length > maxSelect) {
      return {
        code: 'validation_too_many_files',
        message: `The maximum allowed files is ${maxSelect}.`,
        params: { maxSelect },
      };
    }
    const uploads = names.flatMap((name) => context.uploads.get(name) ?? []);
    const maxSize = numberOption(field, 'maxSize', 5 << 20);
    const types = listOption(field, 'mimeTypes');
    return uploads.map((upload) => checkUpload(upload, maxSize, types)).find(Boolean);
  },
};

function checkUpload(upload: Upload, maxSize: number, types: string[]): FieldError | undefined {
  const { name: file, content } = upload.file;
  if (sizeOf(content) > maxSize) {
    return {
      code: 'validation_file_size_limit',
      message: `Failed to upload ${file} - the maximum allowed file size is ${maxSize} bytes.`,
      params: { file, maxSize },
    };
  }
  return types.length === 0 || types.some((wanted) => isOfType(upload.contentType, wanted))
    ? undefined
    : {
        code: 'validation_invalid_mime_type',
        message: `"${upload.storedName}" mime type must be one of: ${types.join(', ')}.`,
      };
}
