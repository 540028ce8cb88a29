import type { Clock } from '@davit/domain';

const MAX_KEYS = 10_000;

/** What was done a moment ago is not done again. Bounded: with too many keys the oldest are forgotten. */
export class Cooldown {
  readonly #clock: Clock;
  readonly #ms: number;
  readonly #until = new Map<string, number>();

  constructor(clock: Clock, ms: number) {
    this.#clock = clock;
    this.#ms = ms;
  }

  has(key: string): boolean {
    const until = this.#until.get(key);
    if (until === undefined) return false;
    if (until > this.#clock.now()) return true;
    this.#until.delete(key);
    return false;
  }

  start(key: string): void {
    this.#until.delete(key);
    for (const oldest of this.#until.keys()) {
      if (this.#until.size < MAX_KEYS) break;
      this.#until.delete(oldest);
    }
    this.#until.set(key, this.#clock.now() + this.#ms);
  }

  end(key: string): void {
    this.#until.delete(key);
  }
}
