import { fork } from 'node:child_process';
import { join } from 'node:path';
import { AppError } from '@davit/domain';

export interface LoadOptions {
  /** requests a second, sent on time whether or not earlier ones have been answered */
  rate: number;
  /** connections kept open; with `keepAlive: false` every request opens one of its own */
  connections: number;
  keepAlive: boolean;
  /** milliseconds until an unanswered request counts as failed; 10 s where absent */
  timeout?: number;
}

export interface LoadCounts {
  /** answered with 2xx */
  ok: number;
  /** everything else: another status, a reset, a refusal, no answer in time */
  failed: number;
  /** the failures by kind: `503`, `ECONNRESET`, `timeout`, … */
  errors: Record<string, number>;
  /** answers by body (its first 100 characters) */
  bodies: Record<string, number>;
  /** milliseconds of the slowest answer */
  slowest: number;
  /** milliseconds that one answer in a hundred took longer than */
  p99: number;
}

export interface LoadGenerator extends AsyncDisposable {
  /** what happened so far */
  counts(): Promise<LoadCounts>;
  /** sends no more, waits for open requests, and answers the final counts */
  stop(): Promise<LoadCounts>;
}

/** Sends GET requests at a steady rate from a process of its own, so that a busy test delays none. */
export async function loadGenerator(url: string, options: LoadOptions): Promise<LoadGenerator> {
  const task = JSON.stringify({ url, timeout: 10_000, ...options });
  const child = fork(join(import.meta.dirname, 'load-worker.ts'), [task], { execArgv: [] });
  const next = (): Promise<LoadCounts> => {
    const { promise, resolve, reject } = Promise.withResolvers<LoadCounts>();
    const ended = (): void => reject(new AppError('unavailable', 'the load generator has ended'));
    child.once('exit', ended);
    child.once('message', (counts) => {
      child.off('exit', ended);
      resolve(counts as LoadCounts);
    });
    return promise;
  };
  const ask = (what: 'counts' | 'stop'): Promise<LoadCounts> => {
    const answer = next();
    child.send(what);
    return answer;
  };
  await next();
  let stopped: Promise<LoadCounts> | undefined;
  return {
    counts: () => stopped ?? ask('counts'),
    stop: () => (stopped ??= ask('stop')),
    [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      return Promise.resolve();
    },
  };
}
