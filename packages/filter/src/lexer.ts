import type { OperandNode } from './ast.ts';
import { invalid } from './failure.ts';

export type Token =
  | OperandNode
  | { kind: 'sign'; text: string }
  | { kind: 'join'; text: string }
  | { kind: 'group'; text: string };

const MAX_FUNCTION_DEPTH = 3;
const IDENTIFIER = /[a-zA-Z@_#][\w.:]*/y;
const NUMBER = /-?[\d.]*/y;
const SIGN = /[=?!><~]+/y;
const JOIN = /[&|]+/y;
const BLANK = /(?:[ \t\n]+|\/\/[^\n]*(?:\n|$))+/y;
const ESCAPES: Record<string, string> = {
  n: '\n',
  t: '\t',
  r: '\r',
  '\\': '\\',
  "'": "'",
  '"': '"',
};

/** Cuts an expression into tokens; white space and `// comments` vanish. Throws `invalid`. */
export class Lexer {
  readonly #text: string;
  #position = 0;

  constructor(text: string) {
    this.#text = text;
  }

  next(): Token | undefined {
    this.#match(BLANK);
    const first = this.#text.charAt(this.#position);
    if (first === '') return undefined;
    if (first === '(') return this.#group();
    const sign = this.#match(SIGN);
    if (sign !== undefined) return { kind: 'sign', text: sign };
    const join = this.#match(JOIN);
    if (join !== undefined) return { kind: 'join', text: join };
    return this.#operand(0);
  }

  #operand(depth: number): OperandNode {
    const first = this.#text.charAt(this.#position);
    if (first === "'" || first === '"') return { kind: 'text', value: this.#string().value };
    if (first === '-' || /\d/.test(first)) return this.#number();
    const name = this.#match(IDENTIFIER);
    if (name === undefined) throw invalid(`unexpected character '${first}'`);
    if (/[.:]$|^[@_#]$/.test(name)) throw invalid(`invalid identifier "${name}"`);
    if (this.#text.charAt(this.#position) !== '(') return { kind: 'identifier', name };
    return { kind: 'function', name, args: this.#arguments(name, depth) };
  }

  #number(): OperandNode {
    const text = this.#match(NUMBER) ?? '';
    if (!/^-?\d+(\.\d+)?$/.test(text)) throw invalid(`invalid number "${text}"`);
    return { kind: 'number', value: Number(text) };
  }

  /** `source` is the literal with its quotes, `value` what it means. */
  #string(): { source: string; value: string } {
    const start = this.#position;
    const quote = this.#text.charAt(start);
    let value = '';
    for (let index = start + 1; index < this.#text.length; index++) {
      const character = this.#text.charAt(index);
      if (character === quote) {
        this.#position = index + 1;
        return { source: this.#text.slice(start, index + 1), value };
      }
      if (character === '\\' && index + 1 < this.#text.length) {
        const escaped = this.#text.charAt(++index);
        value += ESCAPES[escaped] ?? `\\${escaped}`;
      } else value += character;
    }
    throw invalid(`invalid quoted text ${JSON.stringify(this.#text.slice(start))}`);
  }

  /** The raw text between matching parentheses. Quotes are respected, comments are not. */
  #group(): Token {
    const start = ++this.#position;
    let open = 1;
    while (this.#position < this.#text.length) {
      const character = this.#text.charAt(this.#position);
      if (character === "'" || character === '"') {
        this.#string();
        continue;
      }
      this.#position++;
      if (character === '(') open++;
      if (character === ')') open--;
      if (open === 0) return { kind: 'group', text: this.#text.slice(start, this.#position - 1) };
    }
    throw invalid(`invalid formatted group - missing ${open} closing bracket(s)`);
  }

  #arguments(name: string, depth: number): OperandNode[] {
    if (depth >= MAX_FUNCTION_DEPTH) throw invalid(`function "${name}" is nested too deep`);
    this.#position++;
    const args: OperandNode[] = [];
    for (;;) {
      this.#match(BLANK);
      if (this.#take(')')) return args;
      args.push(this.#operand(depth + 1));
      this.#match(BLANK);
      if (this.#take(')')) return args;
      if (!this.#take(',')) throw invalid(`expected a comma in function "${name}"`);
    }
  }

  #take(character: string): boolean {
    if (this.#text.charAt(this.#position) !== character) return false;
    this.#position++;
    return true;
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#position;
    const text = pattern.exec(this.#text)?.[0];
    if (text === undefined || text === '') return undefined;
    this.#position += text.length;
    return text;
  }
}
