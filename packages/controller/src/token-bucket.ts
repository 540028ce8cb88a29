import type { Clock } from '@davit/domain';

export interface TokenBucketOptions {
  clock: Clock;
  perSecond: number;
  burst: number;
}

/** Hands out turns at a steady rate, with a burst; a turn may lie in the future. */
export class TokenBucket {
  readonly #clock: Clock;
  readonly #perSecond: number;
  readonly #burst: number;
  #tokens: number;
  #at: number;

  constructor(options: TokenBucketOptions) {
    this.#clock = options.clock;
    this.#perSecond = options.perSecond;
    this.#burst = options.burst;
    this.#tokens = options.burst;
    this.#at = options.clock.now();
  }

  /** Is there a turn right now? */
  get hasTurn(): boolean {
    this.#refill();
    return this.#tokens >= 1;
  }

  /** Takes a turn and answers how many milliseconds it is away (0 = now). */
  reserve(): number {
    this.#refill();
    this.#tokens -= 1;
    return this.#tokens >= 0 ? 0 : Math.ceil((-this.#tokens / this.#perSecond) * 1000);
  }

  #refill(): void {
    const now = this.#clock.now();
    const refill = (Math.max(0, now - this.#at) / 1000) * this.#perSecond;
    this.#tokens = Math.min(this.#burst, this.#tokens + refill);
    this.#at = now;
  }
}
