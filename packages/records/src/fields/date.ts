import type { Json } from '@davit/domain';
import { castText } from './cast.ts';
import { REQUIRED, textOption, UNSUPPORTED, type FieldKind } from './field-kind.ts';

/** `2026-01-02 03:04:05.678Z` */
export function formatDate(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace('T', ' ');
}

const STORED = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}Z$/;
const ISO =
  /^(\d{4}-\d\d-\d\d)(?:[T ]((?:[01]\d|2[0-3]):\d\d:\d\d(?:\.\d+)?) ?(Z|UTC|[+-]\d\d:?\d\d(?: UTC)?)?)?$/i;

/** `Sat, 01 Jan 2022 10:00:00 GMT`, `01 Jan 2022`, `Sat Jan  1 10:00:00 2022` */
const WRITTEN_OUT = /^(?:\w{3}, )?\d\d \w{3} \d{4}|^\w{3} \w{3} /;

/** '' for whatever is not a date; text without a zone is UTC. As with PocketBase numbers are none. */
export function castDate(input: Json): string {
  if (typeof input !== 'string' || input === '') return '';
  if (STORED.test(input)) return finite(Date.parse(input.replace(' ', 'T')));
  const iso = ISO.exec(input);
  if (iso === null) {
    const zone = /(?:UTC|GMT|[+-]\d{4})/.test(input) ? '' : ' UTC';
    return WRITTEN_OUT.test(input) ? finite(Date.parse(input + zone)) : '';
  }
  const [, day = '', time = '00:00:00', named = 'Z'] = iso;
  if (!isDay(day)) return '';
  const zone = named.toUpperCase().replace(/ ?UTC$/, '') || 'Z';
  return finite(Date.parse(`${day}T${time}${zone}`));
}

/** `Date` would make the second of March of the thirtieth of February. */
function isDay(day: string): boolean {
  const milliseconds = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(milliseconds) && formatDate(milliseconds).startsWith(day);
}

function finite(milliseconds: number): string {
  const inRange = milliseconds > -62_135_596_800_000 && milliseconds <= 253_402_300_799_999;
  return inRange ? formatDate(milliseconds) : '';
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
        message: `Must be no less than ${min}.`,
        params: { threshold: min },
      };
    }
    if (max !== '' && value > max) {
      return {
        code: 'validation_max_less_equal_than_required',
        message: `Must be no greater than ${max}.`,
        params: { threshold: max },
      };
    }
    return undefined;
  },
  toColumn: castText,
  fromColumn: (stored) => castDate(stored),
};
