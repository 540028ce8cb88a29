import { expect, test } from 'vitest';
import { compareTimes, secondsOf } from './read-logs.ts';

test('turns times into what Docker asks for, to the nanosecond', () => {
  expect(secondsOf('2026-01-02T03:04:05.123456789Z')).toBe('1767323045.123456789');
  expect(secondsOf('2026-01-02T03:04:05Z')).toBe('1767323045.000000000');
  expect(secondsOf('yesterday')).toBe('0');
});

test('compares fractions of different length', () => {
  const at = (fraction: string): string => `2026-01-02T03:04:05${fraction}Z`;
  expect(compareTimes(at('.1'), at('.100'))).toBe(0);
  expect(compareTimes(at('.1'), at('.09'))).toBe(1);
  expect(compareTimes(at(''), at('.000000001'))).toBe(-1);
  expect(compareTimes('2026-01-02T03:04:06Z', at('.9'))).toBe(1);
});
