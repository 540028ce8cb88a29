import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { canonicalJson, hashOf, sha256 } from './hash.ts';

test('sha256 equals the one of Node for every length around a block', () => {
  for (let length = 0; length < 200; length++) {
    const text = 'ä'.repeat(length % 7) + 'x'.repeat(length);
    expect(sha256(text)).toBe(createHash('sha256').update(text).digest('hex'));
  }
});

test('the order of keys does not show in a hash', () => {
  expect(hashOf({ a: 1, b: { c: [1, 2], d: null } })).toBe(
    hashOf({ b: { d: null, c: [1, 2] }, a: 1 }),
  );
  expect(hashOf({ a: [1, 2] })).not.toBe(hashOf({ a: [2, 1] }));
});

test('undefined fields do not show in a hash', () => {
  expect(canonicalJson({ a: undefined, b: 1 })).toBe('{"b":1}');
});
