import { AppError } from '@davit/domain';
import { describe, expect, test } from 'vitest';
import type { GroupNode, OperandNode } from './ast.ts';
import { parseFilter } from './parse-filter.ts';

/** The tree as text, every group in brackets. */
function print({ items }: GroupNode): string {
  const parts = items.map(({ join, node }, index) => {
    const text =
      node.kind === 'group'
        ? print(node)
        : `${operand(node.left)} ${node.any ? '?' : ''}${node.operator} ${operand(node.right)}`;
    return index === 0 ? text : `${join} ${text}`;
  });
  return `[${parts.join(' ')}]`;
}

function operand(node: OperandNode): string {
  if (node.kind === 'identifier') return node.name;
  if (node.kind === 'function') return `${node.name}(${node.args.map(operand).join(', ')})`;
  return JSON.stringify(node.value);
}

describe('reads', () => {
  test.each([
    ['a=1', '[a = 1]'],
    [' a\t>=\n-1.5 ', '[a >= -1.5]'],
    ['a = \'x\' && b != "y" || c ~ d', '[a = "x" and b != "y" or c ~ d]'],
    ["a ?= 1 && b ?!= 2 && c ?!~ 'x'", '[a ?= 1 and b ?!= 2 and c ?!~ "x"]'],
    ['a < 1 && (b <= 2 || (c > 3))', '[a < 1 and [b <= 2 or [c > 3]]]'],
    ['@request.auth.id = user_id.x:lower', '[@request.auth.id = user_id.x:lower]'],
    [String.raw`a = 'it\'s \"q\" \\ \d \n'`, String.raw`[a = "it's \"q\" \\ \\d \n"]`],
    ['// all\na = 1 // first\n && b = 2 // second', '[a = 1 and b = 2]'],
    ["a = ')' && (b = '(')", '[a = ")" and [b = "("]]'],
    [
      'geoDistance( a.lon , 1, -2.5,b ) < 3 && f() = g("x", 1,) // y',
      '[geoDistance(a.lon, 1, -2.5, b) < 3 and f() = g("x", 1)]',
    ],
    ['f(g(h(1))) = 1', '[f(g(h(1))) = 1]'],
    ['f(// why\n1) = 1', '[f(1) = 1]'],
    ['a = -.5', '[a = -0.5]'],
    [`a = ${'9'.repeat(400)}`, '[a = 0]'],
    ['a = 1 // why\0 && b = 2', '[a = 1 and b = 2]'],
    ['a\0= \0"x"\0 && b', '[a = "x"]'],
    // quirks of PocketBase's parser
    ['a = (b = 1)', '[[b = 1]]'],
    ['(a = 1)(b = 2)', '[[a = 1] and [b = 2]]'],
    ['a = 1 || (b = 2)(c = 3)', '[a = 1 or [b = 2] or [c = 3]]'],
  ])('%s', (text, tree) => expect(print(parseFilter(text))).toBe(tree));
});

describe('refuses', () => {
  test.each([
    '',
    ' // only a comment',
    '()',
    '(a = 1',
    "(a = 'x)",
    'a',
    'a =',
    'a = 1 &&',
    'a = 1 & b = 2',
    'a = 1 &&& b = 2',
    'a = 1 b = 2',
    'a == 1',
    'a ! 1',
    'a ?? 1',
    '&& a = 1',
    'a && 1',
    'a = &&',
    'a\r= 1',
    "a = 'x",
    'a = 1.',
    'a = 1.2.3',
    'a = -',
    'a. = 1',
    'a: = 1',
    '@ = 1',
    '_ = 1',
    'ä = 1',
    'a = 1 / 2',
    'f(1 2) = 1',
    'f(,1) = 1',
    'f(1 = 1',
    'f(&) = 1',
    'f(g(h(i(1)))) = 1',
    '('.repeat(200),
  ])('%j', (text) => {
    const parse = (): GroupNode => parseFilter(text);
    expect(parse).toThrow(AppError);
    expect(parse).toThrow(expect.objectContaining({ code: 'invalid' }));
  });
});

test('gives the same tree for the same text', () => {
  expect(parseFilter('same = 1')).toBe(parseFilter('same = 1'));
});

test('reads a long text without keeping it', () => {
  const text = `a = '${'x'.repeat(20_000)}'`;
  expect(parseFilter(text)).toEqual(parseFilter(text));
  expect(parseFilter(text)).not.toBe(parseFilter(text));
});

test.each([
  ['// only', 'empty filter expression'],
  ['a b c', 'expected a sign operator, got "b" (identifier)'],
  ['a = = 1', 'expected right operand (identifier, function text or number), got "=" (sign)'],
  ['a = 1 and b = 2', 'expected && or ||, got "and" (identifier)'],
  ['(((a = 1', 'invalid formatted group - missing 3 closing bracket(s)'],
  ['a = 1)', "unexpected character ')'"],
  ['a\r= 1', String.raw`unexpected character '\r'`],
  [String.raw`a = "\"b`, String.raw`invalid quoted text "\"\"b"`],
  ['a = 1 / 2', 'invalid comment'],
  ['!a', 'invalid sign operator "!"'],
  ['a = 1 & b', 'invalid join operator "&"'],
  ['a = "x" "\n" = 1', String.raw`expected && or ||, got "\n" (text)`],
  ['f(1 2) = 1', 'expected comma after the last argument in function "f"'],
  ['f(,1) = 1', 'unexpected comma in function "f"'],
  ['f(%) = 1', `unsupported argument character '%' in function "f"`],
  ['f(1 = 1', 'expected comma after the last argument in function "f"'],
  ['f(1', `invalid or incomplete function "f" (expected ')')`],
  ['f(g(h(i(1)))) = 1', 'max nested function arguments reached (max: 3)'],
])('says of %s what PocketBase says', (text, message) => {
  expect(() => parseFilter(text)).toThrow(message);
});
