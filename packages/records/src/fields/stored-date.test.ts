import { expect, test } from 'vitest';
import { formatDate } from './date.ts';
import { isStoredDate } from './stored-date.ts';

test('every moment is stored in the form', () => {
  const step = 7 * 3_600_000 + 61_001;
  for (let time = Date.parse('1996-01-01'); time < Date.parse('2101-01-01'); time += step) {
    const text = formatDate(time);
    if (!isStoredDate(text)) expect.fail(text);
  }
});

test.each([
  ['2024-02-29 00:00:00.000Z', true],
  ['2023-02-29 00:00:00.000Z', false],
  ['1900-02-29 00:00:00.000Z', false],
  ['2000-02-29 23:59:59.999Z', true],
  ['2026-04-31 00:00:00.000Z', false],
  ['2026-00-10 00:00:00.000Z', false],
  ['2026-13-10 00:00:00.000Z', false],
  ['2026-10-00 00:00:00.000Z', false],
  ['2026-10-10 24:00:00.000Z', false],
  ['2026-10-10 10:60:00.000Z', false],
  ['2026-10-10 10:00:60.000Z', false],
  ['2026-10-10T10:00:00.000Z', false],
  ['2026-10-10 10:00:00.000z', false],
  ['2026-10-10 10:00:00.00Z', false],
  ['2026-1o-10 10:00:00.000Z', false],
  ['2026-10-1/ 10:00:00.000Z', false],
])('%s: %s', (text, expected) => {
  expect(isStoredDate(text)).toBe(expected);
});
