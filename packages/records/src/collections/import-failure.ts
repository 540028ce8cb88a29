import { AppError, type Collection, type FieldErrors } from '@davit/domain';

export const IMPORT_FAILED = 'Failed to import collections.';

/** An imported definition is not valid. */
export function invalidImport({ name, id }: Collection, errors: FieldErrors): AppError {
  const details = JSON.stringify(errors, null, 2);
  return failure(`Data validations failed for collection "${name}" (${id}):\n${details}`);
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
