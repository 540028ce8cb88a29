import { OPERATORS, type AppError } from '@davit/domain';
import type { OperandNode } from './ast.ts';
import { invalid } from './failure.ts';

export type Token =
  | OperandNode
  | { kind: 'sign'; text: string }
  | { kind: 'join'; text: string }
  | { kind: 'group'; text: string };

const MAX_FUNCTION_DEPTH = 3;
const IDENTIFIER = /[a-zA-Z@_#][\w.:]*/y;
const NUMBER = /-?\d*(?:\.\d*)?/y;
const SIGN = /[=?!><~]+/y;
const JOIN = /[&|]+/y;
// a comment may end with a NUL, too

const BLANK = /(?:[ \t\n]+\0?|\/\/[^\n\0]*(?:\n|\0|$))+/y;
const SIGNS: ReadonlySet<string> = new Set([...OPERATORS, ...OPERATORS.map((it) => `?${it}`)]);
const ESCAPES: Record<string, string> = {
  n: '\n',
  t: '\t',
  r: '\r',
  '\\': '\\',
  "'": "'",
  '"': '"',
};

/**
 * Cuts an expression into tokens; white space and `// comments` vanish. A NUL ends the text, as it does in
 * PocketBase, or just the token before it. Throws `invalid`.
 */
export class Lexer {
  readonly #text: string;
  #position = 0;

  constructor(text: string) {
    this.#text = text;
  }

  next(): Token | undefined {
    this.#match(BLANK);
    const first = this.#text.charAt(this.#position);
    if (first === '' || first === '\0') return undefined;
    if (first === '(') return this.#group();
    const sign = this.#match(SIGN);
    if (sign !== undefined) return operator('sign', sign, SIGNS.has(sign));
    const join = this.#match(JOIN);
    if (join !== undefined) return operator('join', join, join === '&&' || join === '||');
    if (first === '/') throw invalid('invalid comment');
    const operand = this.#operand(0);
    if (!operand) throw invalid(`unexpected character '${this.#character()}'`);
    return operand;
  }

  #operand(depth: number): OperandNode | undefined {
    const first = this.#text.charAt(this.#position);
    if (first === "'" || first === '"') return { kind: 'text', value: this.#string() };
    if (first === '-' || /\d/.test(first)) return this.#number();
    const name = this.#match(IDENTIFIER);
    if (name === undefined) return undefined;
    const isCall = this.#text.charAt(this.#position) === '(';
    if (isCall && depth >= MAX_FUNCTION_DEPTH) {
      throw invalid(`max nested function arguments reached (max: ${MAX_FUNCTION_DEPTH})`);
    }
    if (/[.:]$|^[@_#]$/.test(name)) {
      throw invalid(`invalid ${isCall ? 'function name' : 'identifier'} "${name}"`);
    }
    return isCall
      ? { kind: 'function', name, args: this.#arguments(name, depth) }
      : { kind: 'identifier', name };
  }

  #number(): OperandNode {
    const text = this.#match(NUMBER) ?? '';
    if (text === '-' || text.endsWith('.')) throw invalid(`invalid number "${text}"`);
    const value = Number(text);
    return { kind: 'number', value: Number.isFinite(value) ? value : 0 };
  }

  /** What a literal means; complaints show it so, or as it is written. */
  #string({ raw = false } = {}): string {
    const start = this.#position;
    const quote = this.#text.charAt(start);
    let value = '';
    for (let index = start + 1; index < this.#text.length; index++) {
      const character = this.#text.charAt(index);
      if (character === '\0') break;
      if (character === quote) {
        this.#position = index + 1;
        return value;
      }
      if (character === '\\' && index + 1 < this.#text.length) {
        const escaped = this.#text.charAt(++index);
        value += ESCAPES[escaped] ?? `\\${escaped}`;
      } else value += character;
    }
    const shown = raw ? this.#text.slice(start) : quote + value;
    throw invalid(`invalid quoted text ${JSON.stringify(shown)}`);
  }

  /** The raw text between matching parentheses. Quotes are respected, comments are not. */
  #group(): Token {
    const start = ++this.#position;
    let open = 1;
    while (this.#position < this.#text.length) {
      const character = this.#text.charAt(this.#position);
      if (character === '\0') break;
      if (character === "'" || character === '"') {
        this.#string({ raw: true });
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
    this.#position++;
    const args: OperandNode[] = [];
    for (;;) {
      this.#match(BLANK);
      if (this.#take(')')) return args;
      if (this.#take(',')) throw invalid(`unexpected comma in function "${name}"`);
      args.push(this.#argument(name, depth));
      this.#match(BLANK);
      if (this.#take(')')) return args;
      if (!this.#take(','))
        throw this.#unfinished(name, 'expected comma after the last argument in');
    }
  }

  #argument(name: string, depth: number): OperandNode {
    const argument = this.#operand(depth + 1);
    if (argument) return argument;
    throw this.#unfinished(name, `unsupported argument character '${this.#character()}' in`);
  }

  /** `complaint`, unless there is nothing more to complain about. */
  #unfinished(name: string, complaint: string): AppError {
    const isOver = ['', '\0'].includes(this.#text.charAt(this.#position));
    return isOver
      ? invalid(`invalid or incomplete function "${name}" (expected ')')`)
      : invalid(`${complaint} function "${name}"`);
  }

  /** The next one, for people. */
  #character(): string {
    const [character = ''] = this.#text.slice(this.#position, this.#position + 2);
    return JSON.stringify(character).slice(1, -1);
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
    if (pattern !== BLANK) this.#take('\0');
    return text;
  }
}

function operator(kind: 'sign' | 'join', text: string, isKnown: boolean): Token {
  if (!isKnown) throw invalid(`invalid ${kind} operator ${JSON.stringify(text)}`);
  return { kind, text };
}
