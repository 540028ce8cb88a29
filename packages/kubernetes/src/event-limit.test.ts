import { ManualClock } from '@davit/domain/manual-clock';
import { expect, test } from 'vitest';
import { EventLimit } from './event-limit.ts';

/** How many of so many events are let through. */
function letThrough(limit: EventLimit, id: (index: number) => string, many: number): number {
  return Array.from({ length: many }, (_, index) => limit.take(id(index))).filter(Boolean).length;
}

test('one object that never comes to rest leaves room for the others', () => {
  const clock = new ManualClock();
  const limit = new EventLimit(clock);
  expect(letThrough(limit, () => 'noisy', 3_000)).toBe(25);
  expect(letThrough(limit, (index) => `other-${index}`, 75)).toBe(75);
  clock.advance(60_000);
  expect(letThrough(limit, () => 'noisy', 3_000)).toBe(1);
});

test('after a burst of thousands the next event is told within a moment', () => {
  const clock = new ManualClock();
  const limit = new EventLimit(clock);
  expect(letThrough(limit, (index) => `app-${index}`, 3_000)).toBe(100);
  expect(limit.take('late')).toBe(false);
  clock.advance(100);
  expect(limit.take('late')).toBe(true);
});
