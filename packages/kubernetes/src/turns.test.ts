import { expect, test } from 'vitest';
import { Turns } from './turns.ts';

test('so many work at once, the others in order, also after one that failed', async () => {
  const turns = new Turns(2);
  const begun: string[] = [];
  const steps = new Map(
    ['a', 'b', 'c', 'd'].map((name) => [name, Promise.withResolvers<string>()]),
  );
  const results = [...steps].map(([name, { promise }]) =>
    turns.take(() => {
      begun.push(name);
      return promise;
    }),
  );
  const last = Promise.allSettled(results);
  expect(begun).toEqual(['a', 'b']);
  steps.get('b')?.reject(new Error('broken'));
  await expect(results[1]).rejects.toThrow('broken');
  expect(begun).toEqual(['a', 'b', 'c']);
  for (const name of ['a', 'c', 'd']) steps.get(name)?.resolve(name);
  expect((await last).map(({ status }) => status)).toEqual([
    'fulfilled',
    'rejected',
    'fulfilled',
    'fulfilled',
  ]);
  expect(begun).toEqual(['a', 'b', 'c', 'd']);
  expect(await turns.take(() => Promise.resolve('free again'))).toBe('free again');
});
