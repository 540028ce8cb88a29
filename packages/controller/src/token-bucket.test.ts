import { ManualClock } from '@davit/domain/manual-clock';
import { expect, test } from 'vitest';
import { TokenBucket } from './token-bucket.ts';

test('gives a burst of turns at once and the others at its rate', () => {
  const clock = new ManualClock();
  const bucket = new TokenBucket({ clock, perSecond: 2, burst: 3 });
  expect([1, 2, 3, 4, 5].map(() => bucket.reserve())).toEqual([0, 0, 0, 500, 1_000]);
  clock.advance(2_000);
  expect([1, 2].map(() => bucket.reserve())).toEqual([0, 0]);
});

test('whoever asks for a turn without taking it takes none from others', () => {
  const clock = new ManualClock();
  const bucket = new TokenBucket({ clock, perSecond: 1, burst: 1 });
  expect(bucket.hasTurn).toBe(true);
  bucket.reserve();
  for (let asked = 0; asked < 1_000; asked += 1) expect(bucket.hasTurn).toBe(false);
  clock.advance(1_000);
  expect(bucket.hasTurn).toBe(true);
});
