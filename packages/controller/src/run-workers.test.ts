import { AppError } from '@davit/domain';
import { expect, test, vi } from 'vitest';
import { createQueue } from './key-queue.ts';
import { runWorkers } from './run-workers.ts';
import { ManualClock } from '@davit/domain/manual-clock';

function aLoop() {
  const clock = new ManualClock();
  const queue = createQueue({ clock });
  const stop = new AbortController();
  return { clock, queue, stop };
}

test('repeats a failed key with back-off and forgets the failures after a success', async () => {
  const { clock, queue, stop } = aLoop();
  const onError = vi.fn();
  let calls = 0;
  const reconcile = async () => {
    calls += 1;
    if (calls < 3) throw new Error(`failure ${calls}`);
    await Promise.resolve();
  };
  const running = runWorkers({ queue, reconcile, onError, signal: stop.signal, clock });
  queue.add('a');
  await vi.waitFor(() => expect(queue.stats().delayed).toBe(1), { timeout: 10_000 });
  clock.advance(5);
  await vi.waitFor(() => expect(queue.stats().delayed).toBe(1), { timeout: 10_000 });
  expect(queue.retries('a')).toBe(2);
  clock.advance(10);
  await vi.waitFor(() => expect(calls).toBe(3), { timeout: 10_000 });
  await vi.waitFor(() => expect(queue.retries('a')).toBe(0), { timeout: 10_000 });
  expect(onError).toHaveBeenCalledTimes(2);
  stop.abort();
  await running;
});

test('waits as long as the error asks for', async () => {
  const { clock, queue, stop } = aLoop();
  const reconcile = () =>
    Promise.reject(new AppError('rate_limited', 'later', { retryAfterMs: 7_000 }));
  const running = runWorkers({ queue, reconcile, onError: () => {}, signal: stop.signal, clock });
  queue.add('a');
  await vi.waitFor(() => expect(queue.stats().delayed).toBe(1), { timeout: 10_000 });
  clock.advance(6_999);
  expect(queue.stats().depth).toBe(0);
  clock.advance(1);
  await vi.waitFor(() => expect(queue.stats().done).toBe(2), { timeout: 10_000 });
  stop.abort();
  await running;
});

test('looks again after the time the step asked for', async () => {
  const { clock, queue, stop } = aLoop();
  const reconcile = vi.fn(() => Promise.resolve({ requeueAfterMs: 500 }));
  const running = runWorkers({ queue, reconcile, onError: () => {}, signal: stop.signal, clock });
  queue.add('a');
  await vi.waitFor(() => expect(queue.stats().delayed).toBe(1), { timeout: 10_000 });
  clock.advance(500);
  await vi.waitFor(() => expect(reconcile).toHaveBeenCalledTimes(2), { timeout: 10_000 });
  stop.abort();
  await running;
});

test('a stop lets the running step finish and takes no new key', async () => {
  const { clock, queue, stop } = aLoop();
  const step = Promise.withResolvers<void>();
  let aborted: boolean | undefined;
  const reconcile = async (_key: string, signal: AbortSignal) => {
    await step.promise;
    aborted = signal.aborted;
  };
  const running = runWorkers({ queue, reconcile, onError: () => {}, signal: stop.signal, clock });
  queue.add('a');
  queue.add('b');
  await vi.waitFor(() => expect(queue.stats().running).toBe(1), { timeout: 10_000 });
  stop.abort();
  clock.advance(9_999);
  step.resolve();
  await running;
  expect(aborted).toBe(false);
  expect(queue.stats()).toMatchObject({ done: 1, depth: 1 });
});

test('a step that outlives the grace period is aborted', async () => {
  const { clock, queue, stop } = aLoop();
  const reconcile = (_key: string, signal: AbortSignal) =>
    new Promise<void>((_, reject) =>
      signal.addEventListener('abort', () => reject(new Error('aborted'))),
    );
  const onError = vi.fn();
  const running = runWorkers({ queue, reconcile, onError, signal: stop.signal, clock });
  queue.add('a');
  await vi.waitFor(() => expect(queue.stats().running).toBe(1), { timeout: 10_000 });
  stop.abort();
  clock.advance(10_000);
  await running;
  expect(onError).not.toHaveBeenCalled();
});

test('several workers never run the same key at once', async () => {
  const { clock, queue, stop } = aLoop();
  const busy = new Map<string, number>();
  let most = 0;
  const reconcile = async (key: string) => {
    busy.set(key, (busy.get(key) ?? 0) + 1);
    most = Math.max(most, ...busy.values());
    queue.add(key === 'a' && queue.stats().done < 20 ? 'a' : 'b');
    await new Promise((resolve) => setImmediate(resolve));
    busy.set(key, (busy.get(key) ?? 0) - 1);
  };
  const options = { queue, reconcile, onError: () => {}, signal: stop.signal, clock, workers: 4 };
  const running = runWorkers(options);
  queue.add('a');
  queue.add('b');
  await vi.waitFor(() => expect(queue.stats().done).toBeGreaterThan(50), { timeout: 10_000 });
  stop.abort();
  await running;
  expect(most).toBe(1);
});

test('steps that wait for nothing leave timers and sockets their turn', async () => {
  const { clock, queue, stop } = aLoop();
  const reconcile = (key: string) => {
    queue.add(key);
    return Promise.resolve();
  };
  const running = runWorkers({ queue, reconcile, onError: () => {}, signal: stop.signal, clock });
  setTimeout(() => stop.abort(), 1);
  queue.add('a');
  await running;
  expect(queue.stats()).toMatchObject({ running: 0, depth: 1 });
});
