import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '@davit/domain';

export interface LimiterOptions {
  /** jobs at the same time */
  concurrency: number;
  /** jobs that may wait; one more is refused */
  queue: number;
  /** milliseconds that a newcomer may expect to wait; longer, and it is refused. Default: any */
  longestWaitMs?: number;
  /** a refusal is told this much later, so that whoever tries again at once does so less often. Default 0 */
  refusalMs?: number;
  now?: () => number;
}

export interface LimiterStats {
  running: number;
  waiting: number;
  /** since the start */
  done: number;
  refused: number;
}

/** of the newest job in the average */
const WEIGHT = 0.1;

/**
 * Runs at most `concurrency` jobs at a time, in order of arrival.
 * Errors: `rate_limited` when `queue` jobs wait already, or the wait would be too long.
 */
export class Limiter {
  readonly #options: LimiterOptions;
  readonly #waiting: (() => void)[] = [];
  #running = 0;
  #done = 0;
  #refused = 0;
  /** of one job, lately */
  #averageMs = 0;

  constructor(options: LimiterOptions) {
    this.#options = options;
  }

  stats(): LimiterStats {
    const waiting = this.#waiting.length;
    return { running: this.#running, waiting, done: this.#done, refused: this.#refused };
  }

  async run<T>(job: () => Promise<T>): Promise<T> {
    await this.#enter();
    const { now = performance.now.bind(performance) } = this.#options;
    const started = now();
    try {
      return await job();
    } finally {
      this.#averageMs += (now() - started - this.#averageMs) * WEIGHT;
      this.#leave();
    }
  }

  async #enter(): Promise<void> {
    if (this.#running < this.#options.concurrency) {
      this.#running++;
      return;
    }
    if (this.#isFull()) {
      this.#refused++;
      await sleep(this.#options.refusalMs ?? 0, undefined, { ref: false });
      throw new AppError('rate_limited', 'Too many sign-ins at the same time. Try again shortly.', {
        retryAfterMs: 1000,
      });
    }
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #isFull(): boolean {
    const { queue, concurrency, longestWaitMs = Infinity } = this.#options;
    const waiting = this.#waiting.length;
    return waiting >= queue || (waiting * this.#averageMs) / concurrency > longestWaitMs;
  }

  /** Hands the place to the next in line, so that a newcomer cannot overtake it. */
  #leave(): void {
    this.#done++;
    const next = this.#waiting.shift();
    if (next) next();
    else this.#running--;
  }
}
