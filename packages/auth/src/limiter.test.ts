import { expect, test } from 'vitest';
import { Limiter } from './limiter.ts';

/** A limiter whose jobs take as long as the test says. */
function controlled(options: { queue: number; longestWaitMs?: number }): {
  limiter: Limiter;
  job: (ms: number) => Promise<void>;
} {
  let time = 0;
  const limiter = new Limiter({ concurrency: 1, now: () => time, ...options });
  const job = (ms: number): Promise<void> =>
    limiter.run(() => {
      time += ms;
      return Promise.resolve();
    });
  return { limiter, job };
}

test('refuses what would wait too long, by what jobs took lately', async () => {
  const { limiter, job } = controlled({ queue: 100, longestWaitMs: 1000 });
  for (let count = 0; count < 60; count++) await job(400);
  const results = await Promise.allSettled(Array.from({ length: 10 }, () => job(400)));
  const done = results.filter(({ status }) => status === 'fulfilled');
  expect(done).toHaveLength(4); // one runs, three wait: the next would wait 1,200 ms
  expect(results.at(-1)).toMatchObject({ reason: { code: 'rate_limited', retryAfterMs: 1000 } });
  expect(limiter.stats()).toMatchObject({ running: 0, waiting: 0, done: 64, refused: 6 });
});

test('takes more again when jobs are quick again', async () => {
  const { job } = controlled({ queue: 100, longestWaitMs: 1000 });
  for (let count = 0; count < 60; count++) await job(400);
  for (let count = 0; count < 60; count++) await job(1);
  const results = await Promise.allSettled(Array.from({ length: 10 }, () => job(1)));
  expect(results.every(({ status }) => status === 'fulfilled')).toBe(true);
});

test('a job that fails gives its place back', async () => {
  const { limiter } = controlled({ queue: 0 });
  await expect(limiter.run(() => Promise.reject(new Error('x')))).rejects.toThrow('x');
  expect(await limiter.run(() => Promise.resolve('y'))).toBe('y');
});
