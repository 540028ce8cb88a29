import { describe, expect, test } from 'vitest';
import { createQueue } from './key-queue.ts';
import type { KeyQueue } from './key-queue.ts';
import { ManualClock } from '@davit/domain/manual-clock';

function aQueue(options: Parameters<typeof createQueue>[0] = {}) {
  const clock = new ManualClock();
  return { clock, queue: createQueue({ clock, ...options }) };
}

test('hands out a key once however often it was added', async () => {
  const { queue } = aQueue();
  queue.add('a');
  queue.add('a');
  queue.add('b');
  expect((await queue.take())?.key).toBe('a');
  expect((await queue.take())?.key).toBe('b');
  expect(queue.stats()).toMatchObject({ depth: 0, running: 2, adds: 2 });
});

test('never hands out a running key, and hands it out again after done', async () => {
  const { queue } = aQueue();
  queue.add('a');
  await queue.take();
  queue.add('a');
  expect(queue.stats()).toMatchObject({ depth: 0, running: 1 });
  queue.done('a');
  expect((await queue.take())?.key).toBe('a');
  queue.done('a');
  expect(queue.stats()).toMatchObject({ depth: 0, running: 0, done: 2 });
});

test('wakes a waiting taker', async () => {
  const { queue } = aQueue();
  const taken = queue.take();
  queue.add('a');
  expect((await taken)?.key).toBe('a');
});

test('the earliest of several delays wins', async () => {
  const { clock, queue } = aQueue();
  queue.addAfter('a', 100);
  queue.addAfter('a', 50);
  queue.addAfter('a', 200);
  clock.advance(49);
  expect(queue.stats().depth).toBe(0);
  clock.advance(1);
  expect((await queue.take())?.key).toBe('a');
  queue.done('a');
  clock.advance(1_000);
  expect(queue.stats()).toMatchObject({ depth: 0, delayed: 0 });
});

test('rate limited adds back off by key up to the maximum until forgotten', () => {
  const { clock, queue } = aQueue({ overall: { perSecond: 1e6, burst: 1e6 } });
  const delays: number[] = [];
  for (let i = 0; i < 20; i += 1) {
    queue.addRateLimited('a');
    let waited = 0;
    while (queue.stats().delayed > 0) {
      clock.advance(1);
      waited += 1;
    }
    delays.push(waited);
  }
  expect(delays.slice(0, 4)).toEqual([5, 10, 20, 40]);
  expect(delays.at(-1)).toBe(300_000);
  expect(queue.retries('a')).toBe(20);
  queue.forget('a');
  expect(queue.retries('a')).toBe(0);
});

test('the overall rate holds back many failing keys', () => {
  const { clock, queue } = aQueue({ overall: { perSecond: 10, burst: 2 } });
  for (const key of ['a', 'b', 'c', 'd']) queue.addRateLimited(key);
  clock.advance(5);
  expect(queue.stats().depth).toBe(2);
  clock.advance(100);
  expect(queue.stats().depth).toBe(3);
  clock.advance(100);
  expect(queue.stats().depth).toBe(4);
});

describe('the lane of those somebody waits for', () => {
  const served = async (queue: KeyQueue, count: number) => {
    const keys: string[] = [];
    for (let i = 0; i < count; i += 1) {
      const taken = await queue.take();
      keys.push(taken?.key ?? '');
      queue.done(taken?.key ?? '');
    }
    return keys;
  };

  test('goes first, and leaves the others every fourth turn', async () => {
    const { queue } = aQueue();
    for (const key of ['a', 'b', 'c']) queue.add(key);
    for (const key of ['1', '2', '3', '4', '5']) queue.add(key, 'soon');
    expect(await served(queue, 8)).toEqual(['a', '1', '2', '3', 'b', '4', '5', 'c']);
  });

  test('takes a key that waits in the other one, once', async () => {
    const { queue } = aQueue();
    for (const key of ['a', 'b', 'c', 'd']) queue.add(key);
    queue.add('d', 'soon');
    queue.add('d');
    expect(queue.stats()).toMatchObject({ depth: 4, adds: 4 });
    expect(await served(queue, 4)).toEqual(['a', 'd', 'b', 'c']);
  });

  test('is kept for a key that is being worked on', async () => {
    const { queue } = aQueue();
    queue.add('a');
    await queue.take();
    for (const key of ['b', 'c']) queue.add(key);
    queue.add('a', 'soon');
    queue.add('a');
    queue.done('a');
    expect(await served(queue, 3)).toEqual(['a', 'b', 'c']);
  });
});

test('a newer add aborts the running step where that is asked for', async () => {
  const { queue } = aQueue({ abortRunning: true });
  queue.add('a');
  const first = await queue.take();
  expect(first?.signal.aborted).toBe(false);
  queue.add('a');
  expect(first?.signal.aborted).toBe(true);
  queue.done('a');
  expect((await queue.take())?.signal.aborted).toBe(false);
});

test('take ends with its signal, leaving the key to others', async () => {
  const { queue } = aQueue();
  const stop = new AbortController();
  const taken = queue.take(stop.signal);
  stop.abort();
  expect(await taken).toBeUndefined();
  queue.add('a');
  expect((await queue.take())?.key).toBe('a');
});

test('close drops what waits and ends every taker', async () => {
  const { clock, queue } = aQueue();
  const taken = queue.take();
  queue.addAfter('a', 10);
  queue.close();
  expect(await taken).toBeUndefined();
  clock.advance(100);
  queue.add('b');
  expect(queue.stats()).toMatchObject({ depth: 0, delayed: 0 });
});

test('cleared it forgets all that waited, and goes on with what comes', async () => {
  const { clock, queue } = aQueue();
  queue.add('running');
  await queue.take();
  queue.add('running');
  queue.add('ready');
  queue.addAfter('later', 50);
  queue.addRateLimited('failed');
  queue.clear();
  clock.advance(1_000);
  queue.done('running');
  expect(queue.stats()).toMatchObject({ depth: 0, running: 0, delayed: 0 });
  expect(queue.retries('failed')).toBe(0);
  queue.add('next');
  expect((await queue.take())?.key).toBe('next');
});
