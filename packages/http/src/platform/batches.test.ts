import { expect, test } from 'vitest';
import { batches } from './batches.ts';

async function* numbers(count: number): AsyncGenerator<number> {
  for (let number = 1; number <= count; number += 1) {
    await Promise.resolve();
    yield number;
  }
}

test('groups a burst, keeps the order and loses nothing', async () => {
  const groups: number[][] = [];
  for await (const group of batches(numbers(1_200))) groups.push(group);
  expect(groups.map((group) => group.length)).toEqual([500, 500, 200]);
  expect(groups.flat()).toEqual(Array.from({ length: 1_200 }, (_, index) => index + 1));
});

test('does not hold back a lone value', async () => {
  let release = (): void => undefined;
  async function* slow(): AsyncGenerator<string> {
    yield 'first';
    await new Promise<void>((resolve) => (release = resolve));
    yield 'second';
  }
  const groups = batches(slow(), 1);
  expect((await groups.next()).value).toEqual(['first']);
  release();
  expect((await groups.next()).value).toEqual(['second']);
  expect((await groups.next()).done).toBe(true);
});

test('ends the source when the reader leaves', async () => {
  let ended = false;
  async function* endless(): AsyncGenerator<number> {
    try {
      for (;;) yield await Promise.resolve(1);
    } finally {
      ended = true;
    }
  }
  for await (const group of batches(endless())) {
    expect(group.length).toBeGreaterThan(0);
    break;
  }
  expect(ended).toBe(true);
});
