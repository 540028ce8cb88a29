import { expect, test } from 'vitest';
import { parseSchedule, scheduleComplaint } from './schedule.ts';

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
  ['', 'Invalid cron expression - must be a valid macro'],
  ['* * * *', 'Invalid cron expression - must be a valid macro'],
  ['@never', 'Invalid cron expression - must be a valid macro'],
  ['* *  * * *', 'Invalid cron expression - must be a valid macro'],
  ['60 * * * *', 'Invalid segment value'],
  ['* 24 * * *', 'Invalid segment value'],
  ['* * * * 7', 'Invalid segment value'],
  ['x * * * *', 'Invalid segment value'],
  ['5/2 * * * *', 'Invalid segment step - step > 1'],
  ['*/0 * * * *', 'Invalid segment step boundary - the step must be between 1 and the 59'],
  ['*/2/2 * * * *', 'Invalid segment step format'],
  ['1-0 * * * *', 'Invalid segment range maximum - must be between 1 and 59'],
  ['60-61 * * * *', 'Invalid segment range minimum - must be between 0 and 59'],
  ['1-2-3 * * * *', 'Invalid segment range format'],
])('%j is no expression: %s', (expression, complaint) => {
  expect(parseSchedule(expression)).toBeUndefined();
  expect(scheduleComplaint(expression)).toContain(complaint);
});
