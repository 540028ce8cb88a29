import { AppError } from '@davit/domain';

/** Deeper values are refused: they are attacks, and code further in may recurse. */
export const MAX_DEPTH = 1000;

const QUOTE = 0x22;
const COLON = 0x3a;
const BACKSLASH = 0x5c;

export interface JsonScan {
  /** index after the first value, when it is an object or a list; else the text's length */
  end: number;
  /** colons outside strings: keys as written, doubles counted twice */
  keys: number;
}

/** One pass over JSON text that may be malformed; only its structure is looked at. Errors: `invalid` (too deep). */
export function scanJson(text: string): JsonScan {
  let depth = 0;
  let keys = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = endOfString(text, at);
    } else if (code === COLON) {
      keys++;
    } else if (isOpening(code)) {
      if (++depth > MAX_DEPTH) throw new AppError('invalid', '');
    } else if (isClosing(code) && --depth <= 0) {
      return { end: at + 1, keys };
    }
  }
  return { end: text.length, keys };
}

function isOpening(code: number): boolean {
  return code === 0x7b || code === 0x5b;
}

function isClosing(code: number): boolean {
  return code === 0x7d || code === 0x5d;
}

/** Index of the closing quote; the text's length when there is none. */
function endOfString(text: string, start: number): number {
  let quote = text.indexOf('"', start + 1);
  while (quote !== -1 && isEscaped(text, quote)) quote = text.indexOf('"', quote + 1);
  return quote === -1 ? text.length : quote;
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes++;
  return backslashes % 2 === 1;
}
