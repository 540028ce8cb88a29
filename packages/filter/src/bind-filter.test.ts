import { expect, test } from 'vitest';
import { bindFilter } from './bind-filter.ts';
import { parseFilter } from './parse-filter.ts';

test.each([
  ['text', `it's "x" \\ \n`, JSON.stringify(`it's "x" \\ `).slice(0, -1) + '\n"'],
  ['a number', 1.5, '1.5'],
  ['a number with an exponent', 1e21, '"1e+21"'],
  ['a boolean', true, 'true'],
  ['null', null, 'null'],
  ['a list', ['a'], String.raw`"[\"a\"]"`],
])('puts in %s', (_what, value, text) => {
  expect(bindFilter('a = {:v}', { v: value })).toBe(`a = ${text}`);
});

test('keeps a value from becoming part of the expression', () => {
  const text = `x" || 1 = 1 || "\\`;
  expect(parseFilter(bindFilter('a = {:v}', { v: text })).items).toMatchObject([
    { node: { right: { kind: 'text', value: text } } },
  ]);
});

test('leaves names that are not given', () => {
  expect(bindFilter('a = {:b}', {})).toBe('a = {:b}');
});
