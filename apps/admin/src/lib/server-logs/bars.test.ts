import { expect, test } from 'vitest';
import { barsOf } from './bars.ts';

const now = Date.UTC(2026, 0, 31, 12, 30);
const at = (hoursAgo: number, total: number) => ({
  date: new Date(now - 1_800_000 - hoursAgo * 3_600_000).toISOString().replace('T', ' '),
  total,
});

test('shows the last day where there is little, quiet hours too', () => {
  const bars = barsOf({ all: [at(2, 5), at(0, 7)], errors: [at(2, 1)] }, now);
  expect(bars.length).toBe(24);
  expect(bars.slice(-3).map(({ total }) => total)).toEqual([5, 0, 7]);
  expect(bars.slice(-3).map(({ errors }) => errors)).toEqual([1, 0, 0]);
  expect(bars.at(-1)).toMatchObject({
    from: Date.UTC(2026, 0, 31, 12),
    to: Date.UTC(2026, 0, 31, 13),
  });
});

test('puts hours together where there are many, and loses none', () => {
  const all = Array.from({ length: 24 * 30 }, (_, hour) => at(hour, 1));
  const bars = barsOf({ all, errors: [] }, now);
  expect(bars.length).toBeLessThanOrEqual(120);
  expect(bars.reduce((sum, { total }) => sum + total, 0)).toBe(24 * 30);
  expect(new Set(bars.map(({ from, to }) => to - from)).size).toBe(1);
});

test('takes entries from years ago', () => {
  const bars = barsOf({ all: [at(24 * 365 * 3, 1), at(0, 1)], errors: [] }, now);
  expect(bars.length).toBeLessThanOrEqual(120);
  expect(bars[0]?.total).toBe(1);
});
