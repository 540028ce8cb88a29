import { AppError } from '@davit/domain';
import { expect, test } from 'vitest';
import { backOffMs, isRetryable, retryAfterMs } from './retry.ts';

test('repeats what the server refused to look at, and what has the same effect twice', () => {
  const busy = new AppError('rate_limited', '');
  const lost = new AppError('unavailable', '');
  expect(isRetryable(busy, 'POST')).toBe(true);
  expect(isRetryable(lost, 'GET')).toBe(true);
  expect(isRetryable(lost, 'PATCH', 'application/apply-patch+yaml')).toBe(true);
  expect(isRetryable(lost, 'POST')).toBe(false);
  expect(isRetryable(lost, 'PATCH', 'application/json-patch+json')).toBe(false);
  expect(isRetryable(new AppError('invalid', ''), 'GET')).toBe(false);
});

test('waits longer each time, and at least as long as asked', () => {
  const wait = (attempt: number): number => backOffMs(attempt, undefined, () => 1);
  expect([1, 2, 3, 10].map(wait)).toEqual([100, 200, 400, 5_000]);
  expect(backOffMs(1, new AppError('rate_limited', '', { retryAfterMs: 9_000 }))).toBe(9_000);
});

test('reads Retry-After as seconds or as a date', () => {
  expect(retryAfterMs('2')).toBe(2_000);
  expect(retryAfterMs('Thu, 01 Jan 1970 00:00:10 GMT', 4_000)).toBe(6_000);
  expect(retryAfterMs('soon')).toBeUndefined();
  expect(retryAfterMs(undefined)).toBeUndefined();
});
