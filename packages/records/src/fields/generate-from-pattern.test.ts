import { expect, test } from 'vitest';
import { generateFromPattern } from './generate-from-pattern.ts';
import { matchesPattern } from './pattern.ts';

test.each([
  '[a-z0-9]{15}',
  '[a-zA-Z0-9]{50}',
  '\\d+\\.\\d{2}',
  'test[0-9]{3,6}',
  '(foo|bar)-[^a-z]{2}',
  'a?b*c+',
  '[\\w-]{4}_(?:x|y(z|w))',
  '.{3}',
])('generates text that matches %s', (pattern) => {
  for (let round = 0; round < 50; round++) {
    const text = generateFromPattern(pattern);
    expect(matchesPattern(`^(?:${pattern})$`, text), text).toBe(true);
  }
});

test('does not repeat itself', () => {
  const ids = new Set(Array.from({ length: 1000 }, () => generateFromPattern('[a-z0-9]{15}')));
  expect(ids.size).toBe(1000);
});
