import type { Clock } from '@davit/domain';

const MAX_KEYS = 10_000;

/** So many tries for each key in a fixed window. */
export class AttemptLimit {
  readonly #clock: Clock;
  readonly #limit: { attempts: number; windowMs: number };
  readonly #windows = new Map<string, { count: number; since: number }>();

  constructor(clock: Clock, limit: { attempts: number; windowMs: number }) {
    this.#clock = clock;
    this.#limit = limit;
  }

  /** Counts one try; false when it is one too many. */
  take(key: string): boolean {
    const now = this.#clock.now();
    const known = this.#windows.get(key);
    const isOpen = known !== undefined && now - known.since < this.#limit.windowMs;
    const window = isOpen ? known : { count: 0, since: now };
    window.count++;
    if (!isOpen) this.#remember(key, window, now);
    return window.count <= this.#limit.attempts;
  }

  /** Windows that are over go first: forgetting an open one would give its key new tries. */
  #remember(key: string, window: { count: number; since: number }, now: number): void {
    this.#windows.delete(key);
    if (this.#windows.size >= MAX_KEYS) {
      for (const [other, { since }] of this.#windows) {
        if (now - since >= this.#limit.windowMs || this.#windows.size >= MAX_KEYS) {
          this.#windows.delete(other);
        }
      }
    }
    this.#windows.set(key, window);
  }
}
