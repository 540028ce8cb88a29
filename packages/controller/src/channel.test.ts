import { expect, test } from 'vitest';
import { Channel } from './channel.ts';

test('writers wait for the reader, and nothing is lost', async () => {
  const channel = new Channel<number>(2);
  let written = 0;
  const writer = async (from: number): Promise<void> => {
    for (let i = 0; i < 50; i++) {
      await channel.push(from + i);
      written++;
    }
  };
  const writers = Promise.all([writer(0), writer(100)]).then(() => channel.close());
  await new Promise(setImmediate);
  expect(written).toBeLessThanOrEqual(2);
  const found: number[] = [];
  for await (const value of channel.read()) found.push(value);
  await writers;
  expect(found).toHaveLength(100);
  expect(found.filter((value) => value < 100)).toEqual(Array.from({ length: 50 }, (_, i) => i));
});

test('writers are let go when nobody reads any more', async () => {
  const channel = new Channel<number>(1);
  await channel.push(1);
  const second = channel.push(2);
  channel.close();
  expect(await second).toBe(false);
});
