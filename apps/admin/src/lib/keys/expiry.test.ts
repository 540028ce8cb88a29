import { expect, test } from 'vitest';
import { expiryOf } from './expiry.ts';

test('says when a key ends', () => {
  const now = Date.UTC(2027, 0, 1);
  expect(expiryOf('', '', now)).toBe('');
  expect(expiryOf('30', '', now)).toBe('2027-01-31T00:00:00.000Z');
  expect(new Date(expiryOf('date', '2027-02-03', now)).getDate()).toBe(3);
});

test('leaves it to the server to refuse what is no day', () => {
  expect(expiryOf('date', '', 0)).toBe('none');
});
