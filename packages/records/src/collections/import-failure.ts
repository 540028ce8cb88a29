import {
  AppError,
  type Collection,
  type FieldError,
  type FieldErrors,
  type JsonObject,
} from '@davit/domain';

export const IMPORT_FAILED = 'Failed to import collections.';

/** An imported definition is not valid. */
export function invalidImport({ name, id }: Collection, errors: FieldErrors): AppError {
  const details = JSON.stringify(plain(errors), null, 2);
  return failure(`Data validations failed for collection "${name}" (${id}):\n${details}`);
}

/** The complaints without their codes, worded as before they were made sentences. */
function plain(errors: FieldErrors): JsonObject {
  return Object.fromEntries(
    Object.entries(errors).map(([name, error]) => [
      name,
      isLeaf(error) ? worded(error) : plain(error),
    ]),
  );
}

function isLeaf(error: FieldError | FieldErrors): error is FieldError {
  return typeof error.code === 'string';
}

const BUILT_IN =
  /^validation_(?:required|nil\w*|empty|length_\w+|in_invalid|not_in_invalid|match_invalid|min_greater\w+|max_less\w+|is_\w+)$/;

function worded({ code, message }: FieldError): string {
  if (!BUILT_IN.test(code)) return message;
  return (message.charAt(0).toLowerCase() + message.slice(1)).replace(/\.$/, '');
}

/** Any other failure of an import, in the same shape; what is no refusal stays what it is. */
export function importFailure(error: unknown): unknown {
  if (!AppError.is(error, 'invalid') && !AppError.is(error, 'conflict')) return error;
  if (error.data?.collections !== undefined) return error;
  const details = error.data ? `${error.message} ${JSON.stringify(error.data)}` : error.message;
  return failure(`Failed to import the collections configuration. Raw error:\n${details}`, error);
}

function failure(message: string, cause?: unknown): AppError {
  const collections = { code: 'validation_collections_import_failure', message };
  return new AppError('invalid', IMPORT_FAILED, { data: { collections }, cause });
}
