import { AppError } from '@davit/domain';

export interface LimiterOptions {
  /** jobs at the same time */
  concurrency: number;
  /** jobs that may wait; one more is refused */
  queue: number;
}

export interface LimiterStats {
  running: number;
  waiting: number;
  /** since the start */
  done: number;
  refused: number;
}

/**
 * Runs at most `concurrency` jobs at a time, in order of arrival.
 * Errors: `rate_limited` when `queue` jobs wait already.
 */
export class Limiter {
  readonly #options: LimiterOptions;
  readonly #waiting: (() => void)[] = [];
  #running = 0;
  #done = 0;
  #refused = 0;

  constructor(options: LimiterOptions) {
    this.#options = options;
  }

  stats(): LimiterStats {
    const waiting = this.#waiting.length;
    return { running: this.#running, waiting, done: this.#done, refused: this.#refused };
  }

  async run<T>(job: () => Promise<T>): Promise<T> {
    await this.#enter();
    try {
      return await job();
    } finally {
      this.#leave();
    }
  }

  async #enter(): Promise<void> {
    if (this.#running < this.#options.concurrency) {
      this.#running++;
      return;
    }
    if (this.#waiting.length >= this.#options.queue) {
      this.#refused++;
      throw new AppError('rate_limited', 'Too many sign-ins at the same time. Try again shortly.', {
        retryAfterMs: 1000,
      });
    }
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Hands the place to the next in line, so that a newcomer cannot overtake it. */
  #leave(): void {
    this.#done++;
    const next = this.#waiting.shift();
    if (next) next();
    else this.#running--;
  }
}
