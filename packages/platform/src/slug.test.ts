import { expect, test } from 'vitest';
import { freeSlug, slugOf } from './slug.ts';

test.each([
  ['My Shop', 'my-shop'],
  ['Über Café', 'uber-cafe'],
  ['3 little pigs', 'app-3-little-pigs'],
  ['日本', 'app'],
  ['', 'app'],
  ['a'.repeat(60), 'a'.repeat(40)],
])('makes %j the DNS label %j', (name, slug) => {
  expect(slugOf(name)).toBe(slug);
});

test('suffixes a slug that is taken', () => {
  expect(freeSlug('web', new Set())).toBe('web');
  expect(freeSlug('web', new Set(['web', 'web-2']))).toBe('web-3');
});
