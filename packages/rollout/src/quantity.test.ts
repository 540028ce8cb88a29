import { expect, test } from 'vitest';
import { canonicalQuantity, compareQuantities } from './quantity.ts';

test.each([
  ['1024Mi', '1Gi'],
  ['512Mi', '512Mi'],
  ['1.5Gi', '1536Mi'],
  ['0.5Ki', '512'],
  ['0.5', '500m'],
  ['1000m', '1'],
  ['1500m', '1500m'],
  ['100M', '100M'],
  ['1000000', '1M'],
  ['0', '0'],
  ['0Gi', '0'],
  ['2', '2'],
  ['1e3', '1e3'],
  ['0.1', '100m'],
  ['.5', '500m'],
  ['1.', '1'],
  ['+1Gi', '1Gi'],
  ['1e+3', '1e3'],
  ['8Ei', '9223372036854775807'],
])('%s is kept as %s', (given, kept) => {
  expect(canonicalQuantity(given)).toBe(kept);
});

test('amounts are compared, not texts', () => {
  expect(compareQuantities('1Gi', '1024Mi')).toBe(0);
  expect(compareQuantities('1000m', '2')).toBeLessThan(0);
  expect(compareQuantities('1G', '1Gi')).toBeLessThan(0);
  expect(compareQuantities('1.1', '1099m')).toBeGreaterThan(0);
  expect(compareQuantities('10E', '99Ei')).toBeGreaterThan(0);
});
