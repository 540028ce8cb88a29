import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '@davit/domain';

export interface UntilOptions {
  /** milliseconds until it gives up; 30 s where absent */
  timeout?: number;
  /** milliseconds between two attempts; 50 where absent */
  interval?: number;
  signal?: AbortSignal;
  /** what is waited for, for the error's message */
  what?: string;
}

/**
 * Calls `attempt` until it answers something other than `false`, `null` or `undefined`, and returns
 * that. A throw counts as "not yet" and becomes the cause of the `timeout` error.
 */
export async function until<T>(
  attempt: () => T | Promise<T>,
  options: UntilOptions = {},
): Promise<Exclude<T, false | null | undefined>> {
  const { timeout = 30_000, interval = 50, signal, what = 'a condition' } = options;
  const deadline = Date.now() + timeout;
  for (;;) {
    signal?.throwIfAborted();
    const { result, cause } = await settle(attempt);
    if (isSomething(result)) return result;
    if (Date.now() >= deadline) {
      const detail = cause instanceof Error ? `: ${cause.message}` : '';
      throw new AppError('timeout', `waited ${timeout} ms for ${what}${detail}`, { cause });
    }
    await sleep(interval, undefined, signal ? { signal } : {});
  }
}

function isSomething<T>(result: T): result is Exclude<T, false | null | undefined> {
  return result !== false && result !== null && result !== undefined;
}

async function settle<T>(
  attempt: () => T | Promise<T>,
): Promise<{ result: T | undefined; cause?: unknown }> {
  try {
    return { result: await attempt() };
  } catch (cause) {
    return { result: undefined, cause };
  }
}
