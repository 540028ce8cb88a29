import type { FieldError, Json } from '@davit/domain';
import { castText } from './cast.ts';
import { REQUIRED, textOption, UNSUPPORTED, type FieldKind } from './field-kind.ts';
import { parseDate } from './parse-date.ts';
import { isStoredDate } from './stored-date.ts';

/** `2026-01-02 03:04:05.678Z` */
export function formatDate(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace('T', ' ');
}

const YEAR_0 = -62_167_219_200_000;
const YEAR_10000 = 253_402_300_800_000;
/** Go's zero time, the first moment of the year 1: no date */
const ZERO = -62_135_596_800_000;
const ZERO_TEXT = formatDate(ZERO);

/** '' for whatever is not a date; text without a zone is UTC. As with PocketBase numbers are none. */
export function castDate(input: Json): string {
  if (typeof input !== 'string' || input === '') return '';
  if (isStoredDate(input)) return input === ZERO_TEXT ? '' : input;
  return formatted(parseDate(input));
}

function formatted(milliseconds: number): string {
  const isInRange = milliseconds >= YEAR_0 && milliseconds < YEAR_10000;
  return isInRange && milliseconds !== ZERO ? formatDate(milliseconds) : '';
}

/** A limit in the forms that Go has for people and for JSON. */
function threshold(than: string, date: string): Pick<FieldError, 'message' | 'params'> {
  const text = date.replace(/\.?0*Z$/, '');
  const params = { threshold: `${text.replace(' ', 'T')}Z` };
  return { message: `Must be ${than} than ${text} +0000 UTC.`, params };
}

export const dateField: FieldKind = {
  zero: () => '',
  cast: castDate,
  check(value, field) {
    if (typeof value !== 'string') return UNSUPPORTED;
    if (value === '') return field.required ? REQUIRED : undefined;
    const min = castDate(textOption(field, 'min'));
    const max = castDate(textOption(field, 'max'));
    if (min !== '' && value < min) {
      return {
        code: 'validation_min_greater_equal_than_required',
        ...threshold('no less', min),
      };
    }
    if (max !== '' && value > max) {
      return {
        code: 'validation_max_less_equal_than_required',
        ...threshold('no greater', max),
      };
    }
    return undefined;
  },
  toColumn: castText,
  fromColumn: (stored) => castDate(stored),
};
