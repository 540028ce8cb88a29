import { expect, test } from 'vitest';
import { isSchedule, parseSchedule } from './schedule.ts';

test.each([
  ['0 0 * * *', '2026-01-01T00:00:00Z', true],
  ['0 0 * * *', '2026-01-01T00:01:00Z', false],
  ['*/15 8-10 * * 1,3', '2026-01-05T09:45:00Z', true],
  ['*/15 8-10 * * 1,3', '2026-01-06T09:45:00Z', false],
  ['@hourly', '2026-01-06T09:00:00Z', true],
  ['0 0 13 * 5', '2026-01-13T00:00:00Z', false], // a Tuesday: day and day of the week have to agree
  ['0 0 1-10/3 2 *', '2026-02-07T00:00:00Z', true],
])('%s at %s is due: %s', (expression, time, due) => {
  expect(parseSchedule(expression)?.(new Date(time))).toBe(due);
});

test.each([
  '',
  '* * * *',
  '60 * * * *',
  '* 24 * * *',
  '5/2 * * * *',
  '* * * * 7',
  '* *  * * *',
  '@never',
  '1-0 * * * *',
])('%j is no expression', (expression) => {
  expect(isSchedule(expression)).toBe(false);
});
