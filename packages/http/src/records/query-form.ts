import { AppError } from '@davit/domain';
import type { FieldError, JsonObject } from '@davit/domain';

const LONGEST = 5000;

/** The `query` of a body. Errors: `invalid`. */
export function parseQueryForm({ query }: JsonObject): string {
  if (query === undefined || query === null || query === '') {
    throw refused({ code: 'validation_required', message: 'Cannot be blank.' });
  }
  if (typeof query !== 'string') {
    throw new AppError('invalid', 'An error occurred while loading the submitted data.');
  }
  if (Buffer.byteLength(query) <= LONGEST) return query;
  throw refused({
    code: 'validation_length_too_long',
    message: `The length must be no more than ${LONGEST}.`,
    params: { min: 0, max: LONGEST },
  });
}

function refused(query: FieldError): AppError {
  const data = { query };
  return new AppError('invalid', 'An error occurred while validating the submitted data.', {
    data,
  });
}
