import { AppError, type FieldError, type FieldErrors } from '@davit/domain';

/** PocketBase's default texts. */
export const BAD_REQUEST = 'Something went wrong while processing your request.';
export const NOT_FOUND = "The requested resource wasn't found.";
export const SUPERUSERS_ONLY = 'Only superusers can perform this action.';

export const SAVE_FAILED: Record<'create' | 'update', string> = {
  create: 'Failed to create record.',
  update: 'Failed to update record.',
};
export const DELETE_FAILED =
  'Failed to delete record. Make sure that the record is not part of a required relation reference.';

export const NOT_UNIQUE: FieldError = {
  code: 'validation_not_unique',
  message: 'Value must be unique.',
};

export function notFound(message: string = NOT_FOUND): AppError {
  return new AppError('not_found', message);
}

export function badRequest(cause?: unknown): AppError {
  return new AppError('invalid', BAD_REQUEST, { cause });
}

/** `data` of an error caused by a violated unique index, by field. */
export function notUnique(conflict: AppError): FieldErrors {
  const names = Object.keys(conflict.data ?? {});
  return Object.fromEntries(names.map((name) => [name, NOT_UNIQUE]));
}
