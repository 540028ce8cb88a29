import { AppError } from '@davit/domain';
import type { Clock } from '@davit/domain';
import type { KeyQueue, TakenKey } from './key-queue.ts';
import { systemClock } from './system-clock.ts';

export interface ReconcileResult {
  /** look again after this time, though nothing may have changed */
  requeueAfterMs?: number;
}

export interface WorkerOptions {
  queue: KeyQueue;
  /** how many keys are worked on at the same time; 1 when absent */
  workers?: number;
  /**
   * Makes one key as it should be. Level-based: it gets no event, only the key. Throwing puts the key back with
   * back-off, or after the error's `retryAfterMs`. `signal` aborts when the key was added again (queues with
   * `abortRunning`) or the grace period of a stop is over.
   */
  reconcile(key: string, signal: AbortSignal): Promise<ReconcileResult | void>;
  /** Told about every failed step, except those that were aborted. */
  onError(error: unknown, key: string): void;
  /** Stops the workers: no new key is taken, running steps may finish. */
  signal: AbortSignal;
  /** how long running steps may go on after the stop before they are aborted; 10 s when absent */
  graceMs?: number;
  clock?: Clock;
}

/** Works on the queue until the signal aborts and the running steps have ended. Never rejects. */
export async function runWorkers(options: WorkerOptions): Promise<void> {
  const clock = options.clock ?? systemClock;
  const hard = new AbortController();
  let cancelGrace = (): void => undefined;
  const stop = (): void => {
    cancelGrace = clock.after(options.graceMs ?? 10_000, () => hard.abort());
  };
  if (options.signal.aborted) stop();
  else options.signal.addEventListener('abort', stop, { once: true });
  const workers = Array.from({ length: options.workers ?? 1 }, () => work(options, hard.signal));
  await Promise.all(workers);
  cancelGrace();
  options.signal.removeEventListener('abort', stop);
}

async function work(options: WorkerOptions, hard: AbortSignal): Promise<void> {
  for (;;) {
    const taken = await options.queue.take(options.signal);
    if (!taken) return;
    await step(options, taken, hard);
    // thousands of steps that wait for nothing would keep timers and sockets from their turn
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function step(options: WorkerOptions, taken: TakenKey, hard: AbortSignal): Promise<void> {
  const { queue } = options;
  const signal = AbortSignal.any([taken.signal, hard]);
  try {
    const result = await options.reconcile(taken.key, signal);
    queue.forget(taken.key);
    if (result?.requeueAfterMs !== undefined) queue.addAfter(taken.key, result.requeueAfterMs);
  } catch (error) {
    if (!signal.aborted) fail(options, taken.key, error);
  } finally {
    queue.done(taken.key);
  }
}

function fail(options: WorkerOptions, key: string, error: unknown): void {
  const { queue } = options;
  try {
    options.onError(error, key);
  } catch {
    // a broken listener must not end the worker
  }
  const wait = AppError.is(error) ? error.retryAfterMs : undefined;
  if (wait === undefined) queue.addRateLimited(key);
  else queue.addAfter(key, wait);
}
