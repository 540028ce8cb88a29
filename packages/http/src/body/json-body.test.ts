import { expect, test } from 'vitest';
import { parseJsonBody } from './json-body.ts';

const parse = (text: string): unknown => parseJsonBody(new TextEncoder().encode(text));

test.each([
  ['', {}],
  ['null', {}],
  ['{"a":{"b":[1,{"c":null}]}}', { a: { b: [1, { c: null }] } }],
  ['{"a":"{\\"b\\":1,\\\\"}', { a: '{"b":1,\\' }],
  ['{"a":1} trailing', { a: 1 }],
  ['{"a":1,"b":{"a":1}}', { a: 1, b: { a: 1 } }],
  [' { "é" : "✓" } ', { é: '✓' }],
])('reads %j', (text, value) => {
  expect(parse(text)).toEqual(value);
});

test.each(['{', '{"a":1,', '[]', '[1]', '1', '"text"', 'true', '{"a":1,"a":2}', '{a:1}', 'nullx'])(
  'refuses %j',
  (text) => {
    expect(() => parse(text)).toThrow(expect.objectContaining({ code: 'invalid' }) as Error);
  },
);

test('refuses a key that comes twice at any depth, also written differently', () => {
  expect(() => parse('{"x":[{"a":1,"\\u0061":2}]}')).toThrow();
});

test('refuses invalid UTF-8', () => {
  const bytes = Buffer.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xff, 0x22, 0x7d]);
  expect(() => parseJsonBody(bytes)).toThrow();
});

test('refuses nesting that is an attack, before it is parsed', () => {
  const nested = (depth: number): string => `{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`;
  expect(() => parse(nested(999))).not.toThrow();
  expect(() => parse(nested(100_000))).toThrow(
    expect.objectContaining({ code: 'invalid' }) as Error,
  );
});

test('keeps a key named __proto__ a plain key', () => {
  const body = parse('{"__proto__":{"admin":true}}') as Record<string, unknown>;
  expect(Object.keys(body)).toEqual(['__proto__']);
  expect(body.admin).toBeUndefined();
});
