import type { Operator } from '@davit/domain';
import { OPERATORS } from '@davit/domain';
import type { ComparisonNode, GroupNode, OperandNode } from './ast.ts';
import { invalid } from './failure.ts';
import type { Token } from './lexer.ts';
import { Lexer } from './lexer.ts';
import { Lru } from './lru.ts';

const MAX_DEPTH = 100;
const MAX_CACHED_LENGTH = 10_000;
const cache = new Lru<GroupNode>(500);

/** Text → tree; recent results are kept. Throws `invalid`, also for an empty expression. */
export function parseFilter(text: string): GroupNode {
  const known = cache.get(text);
  if (known) return known;
  const parsed = parseGroup(text, 0);
  if (text.length <= MAX_CACHED_LENGTH) cache.set(text, parsed);
  return parsed;
}

/**
 * A state machine rather than a grammar, for PocketBase's sake: a group replaces whatever operand is pending
 * (`a = (b = 1)` is `(b = 1)`), and two adjacent groups reuse the join before them.
 */
function parseGroup(text: string, depth: number): GroupNode {
  if (depth > MAX_DEPTH) throw invalid('the expression is nested too deep');
  const lexer = new Lexer(text);
  const items: GroupNode['items'] = [];
  let join: 'and' | 'or' = 'and';
  let left: OperandNode | undefined;
  let sign: { operator: Operator; any: boolean } | undefined;
  let complete = false;

  for (let token = lexer.next(); token; token = lexer.next()) {
    if (token.kind === 'group') {
      items.push({ join, node: parseGroup(token.text, depth + 1) });
      complete = true;
    } else if (complete) {
      join = parseJoin(token);
      complete = false;
      left = sign = undefined;
    } else if (!left)
      left = asOperand(token, 'left operand (identifier, function, text or number)');
    else if (!sign) sign = parseSign(token);
    else {
      const right = asOperand(token, 'right operand (identifier, function text or number)');
      items.push({ join, node: { kind: 'comparison', ...sign, left, right } });
      complete = true;
    }
  }
  if (!complete) {
    const isEmpty = items.length === 0 && !left;
    throw invalid(isEmpty ? 'empty filter expression' : 'invalid or incomplete filter expression');
  }
  return { kind: 'group', items };
}

function asOperand(token: Token, wanted: string): OperandNode {
  if (token.kind === 'sign' || token.kind === 'join' || token.kind === 'group') {
    throw invalid(`expected ${wanted}, got ${shown(token)}`);
  }
  return token;
}

function parseJoin(token: Token): 'and' | 'or' {
  if (token.kind === 'join' && token.text === '&&') return 'and';
  if (token.kind === 'join' && token.text === '||') return 'or';
  throw invalid(`expected && or ||, got ${shown(token)}`);
}

function parseSign(token: Token): Pick<ComparisonNode, 'operator' | 'any'> {
  if (token.kind !== 'sign') throw invalid(`expected a sign operator, got ${shown(token)}`);
  const { text } = token;
  const any = text.startsWith('?');
  const operator = OPERATORS.find((known) => known === text.slice(any ? 1 : 0));
  if (!operator) throw invalid(`invalid sign operator "${text}"`);
  return { operator, any };
}

function shown(token: Token): string {
  const text = 'text' in token ? token.text : 'name' in token ? token.name : String(token.value);
  return `${JSON.stringify(text)} (${token.kind})`;
}
