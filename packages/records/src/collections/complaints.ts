import type { FieldError } from '@davit/domain';

/** The standard complaints about options, with PocketBase's codes. */
export function atLeast(threshold: number): FieldError {
  return {
    code: 'validation_min_greater_equal_than_required',
    message: `Must be no less than ${threshold}.`,
    params: { threshold },
  };
}

function atMost(threshold: number): FieldError {
  return {
    code: 'validation_max_less_equal_than_required',
    message: `Must be no greater than ${threshold}.`,
    params: { threshold },
  };
}

/** undefined: the value is inside. Zero counts as not given. */
export function outside(value: number, min: number, max: number): FieldError | undefined {
  if (value !== 0 && value < min) return atLeast(min);
  return value > max ? atMost(max) : undefined;
}

export function lengthBetween(min: number, max: number): FieldError {
  return {
    code: 'validation_length_out_of_range',
    message: `The length must be between ${min} and ${max}.`,
    params: { min, max },
  };
}

export const EMPTY: FieldError = { code: 'validation_empty', message: 'Must be blank.' };

export const BAD_FORMAT: FieldError = {
  code: 'validation_match_invalid',
  message: 'Must be in a valid format.',
};
