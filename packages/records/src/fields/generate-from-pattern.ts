import { randomInteger, randomText } from './random.ts';

const LOWER = 'abcdefghijklmnopqrstuvwxyz';
const UPPER = LOWER.toUpperCase();
const DIGITS = '0123456789';
const PRINTABLE = `${LOWER}${UPPER}${DIGITS}!#$%&()*+,-./:;<=>?@[]^_{|}~ `;
const CLASSES: Record<string, string> = {
  d: DIGITS,
  w: `${LOWER}${UPPER}${DIGITS}_`,
  s: ' ',
  n: '\n',
  t: '\t',
};
/** how often `*` and `+` repeat at most */
const UNBOUNDED = 10;

/**
 * Random text that matches a pattern of literals, classes, groups, alternatives and counts.
 * '' for an empty pattern; parts it does not know are taken literally.
 */
export function generateFromPattern(pattern: string): string {
  const simple = /^\[a-z0-9\]\{(\d+)\}$/.exec(pattern);
  if (simple?.[1] !== undefined) return randomText(Number(simple[1]));
  return new Generator(pattern).alternatives();
}

class Generator {
  readonly #pattern: string;
  #at = 0;

  constructor(pattern: string) {
    this.#pattern = pattern;
  }

  /** `a|b|c`: all are generated, one is kept. */
  alternatives(): string {
    const found = [this.#sequence()];
    while (this.#peek() === '|') {
      this.#at++;
      found.push(this.#sequence());
    }
    return found[randomInteger(found.length)] ?? '';
  }

  #sequence(): string {
    let text = '';
    while (this.#at < this.#pattern.length && !['|', ')'].includes(this.#peek())) {
      text += this.#repeated();
    }
    return text;
  }

  /** An atom is generated anew for each repetition, by reading it again. */
  #repeated(): string {
    const start = this.#at;
    const first = this.#atom();
    const end = this.#at;
    const [min, max] = this.#count();
    const after = this.#at;
    const times = min + randomInteger(max - min + 1);
    const parts = times > 0 ? [first] : [];
    while (parts.length < times && end > start) {
      this.#at = start;
      parts.push(this.#atom());
    }
    this.#at = after;
    return parts.join('');
  }

  #atom(): string {
    const char = this.#take();
    if (char === '^' || char === '$') return '';
    if (char === '.') return pick(PRINTABLE);
    if (char === '\\') return pick(classOf(this.#take()));
    if (char === '[') return pick(this.#set());
    return char === '(' ? this.#group() : char;
  }

  #group(): string {
    const prefix = /^\?(?:P?<\w+>|[a-z-]*:)/.exec(this.#pattern.slice(this.#at));
    this.#at += prefix?.[0].length ?? 0;
    const text = this.alternatives();
    this.#at++;
    return text;
  }

  #set(): string {
    const negated = this.#peek() === '^';
    if (negated) this.#at++;
    let chars = '';
    do chars += this.#setItem();
    while (this.#at < this.#pattern.length && this.#peek() !== ']');
    this.#at++;
    if (!negated) return chars;
    return [...PRINTABLE].filter((char) => !chars.includes(char)).join('');
  }

  #setItem(): string {
    const char = this.#take();
    if (char === '\\') return classOf(this.#take());
    const last = this.#pattern[this.#at + 1];
    if (this.#peek() !== '-' || last === undefined || last === ']') return char;
    this.#at += 2;
    return range(char, last);
  }

  #count(): [number, number] {
    const match = /^(?:\{(\d+)(,?)(\d*)\}|[*+?])\??/.exec(this.#pattern.slice(this.#at));
    if (match === null) return [1, 1];
    this.#at += match[0].length;
    if (match[1] === undefined) {
      const sign = match[0][0] ?? '';
      return [sign === '+' ? 1 : 0, sign === '?' ? 1 : UNBOUNDED];
    }
    const min = Number(match[1]);
    if (match[2] === '') return [min, min];
    return [min, match[3] === '' ? min + UNBOUNDED : Number(match[3])];
  }

  #peek(): string {
    return this.#pattern[this.#at] ?? '';
  }

  #take(): string {
    return this.#pattern[this.#at++] ?? '';
  }
}

function classOf(letter: string): string {
  return CLASSES[letter] ?? letter;
}

function range(from: string, to: string): string {
  const first = from.charCodeAt(0);
  const length = Math.max(0, to.charCodeAt(0) - first + 1);
  return Array.from({ length }, (_, index) => String.fromCharCode(first + index)).join('');
}

function pick(chars: string): string {
  return chars === '' ? '' : (chars[randomInteger(chars.length)] ?? '');
}
