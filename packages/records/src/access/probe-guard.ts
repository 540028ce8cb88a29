import type { Clock } from '@davit/domain';
import { randomInteger } from '../fields/random.ts';

const WINDOW_MS = 3000;
const ALLOWED = 3;
const MAX_DELAY_MS = 500;
const MAX_KEYS = 10_000;

/**
 * Makes it hard to read hidden records out of the time that filters take: whoever gets several empty answers in a
 * row is answered with a random delay.
 */
export class ProbeGuard {
  readonly #clock: Clock;
  readonly #misses = new Map<string, { count: number; since: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Counts an empty answer; resolves when it may go out. */
  async miss(key: string): Promise<void> {
    const now = this.#clock.now();
    const known = this.#misses.get(key);
    const entry = known && now - known.since < WINDOW_MS ? known : { count: 0, since: now };
    entry.count++;
    if (this.#misses.size >= MAX_KEYS) this.#misses.clear();
    this.#misses.set(key, entry);
    if (entry.count <= ALLOWED) return;
    const delay = randomInteger(MAX_DELAY_MS);
    await new Promise<void>((resolve) => {
      this.#clock.after(delay, resolve);
    });
  }
}
