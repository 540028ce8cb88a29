import type { Json } from '@davit/domain';

/** As PocketBase casts: lists and objects become ''. */
export function castText(input: Json): string {
  if (typeof input === 'string') return input;
  if (typeof input === 'boolean') return String(input);
  if (typeof input === 'number') return formatNumber(input);
  return '';
}

function formatNumber(value: number): string {
  const text = String(value);
  return text.includes('e') && Number.isInteger(value) ? BigInt(value).toString() : text;
}

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const INFINITE = /^([+-]?)inf(inity)?$/i;

/** Unreadable text is 0; `inf` and `nan` stay what they say (and are refused later). */
export function castNumber(input: Json): number {
  if (typeof input === 'number') return input;
  if (typeof input === 'boolean') return input ? 1 : 0;
  if (typeof input !== 'string') return 0;
  if (DECIMAL.test(input)) return Number(input);
  const infinite = INFINITE.exec(input);
  if (infinite !== null) return infinite[1] === '-' ? -Infinity : Infinity;
  return /^nan$/i.test(input) ? NaN : 0;
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

/** undefined when it is not JSON */
export function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
