import { parseExactJson, type Json } from '@davit/domain';

/** Levels of JSON; SQLite's own functions read no more, either. */
const MAX_DEPTH = 1000;

/** As PocketBase casts: lists and objects become ''. */
export function castText(input: Json): string {
  if (typeof input === 'string') return input;
  if (typeof input === 'boolean') return String(input);
  if (typeof input === 'number') return formatNumber(input);
  return '';
}

function formatNumber(value: number): string {
  if (Object.is(value, -0)) return '-0';
  const text = String(value);
  return text.includes('e') ? withoutExponent(text) : text;
}

/** `1.5e-7` → `0.00000015`, `1.5e+21` → `1500000000000000000000` */
function withoutExponent(text: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(text) ?? [];
  const power = Number(exponent);
  if (power < 0) return `${sign}0.${'0'.repeat(-power - 1)}${whole}${fraction}`;
  return `${sign}${whole}${fraction.padEnd(power, '0')}`;
}

/** As Go reads a float: single underscores may stand between digits. */
const DECIMAL = /^[+-]?(?:D(?:\.D?)?|\.D)(?:e[+-]?D)?$/.source.replaceAll(
  'D',
  '(?:\\d+(?:_\\d+)*)',
);
const NUMBER = new RegExp(DECIMAL, 'i');
const INFINITE = /^([+-]?)inf(inity)?$/i;

/** Unreadable text is 0; `inf` and `nan` stay what they say (and are refused later). */
export function castNumber(input: Json): number {
  if (typeof input === 'number') return input;
  if (typeof input === 'boolean') return input ? 1 : 0;
  if (typeof input !== 'string') return 0;
  if (NUMBER.test(input)) return finite(Number(input.replaceAll('_', '')));
  const infinite = INFINITE.exec(input);
  if (infinite !== null) return infinite[1] === '-' ? -Infinity : Infinity;
  return /^nan$/i.test(input) ? NaN : 0;
}

/** A number too big to hold is unreadable, too. */
function finite(value: number): number {
  return Number.isFinite(value) ? value : 0;
}

const TRUE = new Set(['1', 't', 'T', 'TRUE', 'true', 'True']);

export function castBool(input: Json): boolean {
  if (typeof input === 'boolean') return input;
  if (typeof input === 'number') return input !== 0;
  return typeof input === 'string' && TRUE.has(input);
}

/** A list, a JSON list in text, or one plain value; duplicates and empty ones are dropped. */
export function castList(input: Json): string[] {
  return [...new Set(listItems(input).map(castText))].filter((item) => item !== '');
}

function listItems(input: Json): Json[] {
  if (Array.isArray(input)) return input;
  if (typeof input === 'string' && input.includes('[')) {
    const parsed = parseJson(input);
    return Array.isArray(parsed) ? parsed : [input];
  }
  return [input];
}

/** No digit of a number is lost; undefined when it is not JSON, or nested deeper than anything here can handle */
export function parseJson(text: string): Json | undefined {
  try {
    const value = parseExactJson(text);
    return isTooDeep(text, value) ? undefined : value;
  } catch {
    return undefined;
  }
}

/** Without recursion: that is what values this deep break. Most texts have too few brackets to be looked into. */
function isTooDeep(text: string, value: Json): boolean {
  if (text.length <= 2 * MAX_DEPTH || countOpenings(text) <= MAX_DEPTH) return false;
  let level: Json[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) return true;
    level = level.flatMap((item) =>
      typeof item === 'object' && item !== null ? Object.values(item) : [],
    );
  }
  return false;
}

function countOpenings(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x5b || code === 0x7b) count++;
  }
  return count;
}
