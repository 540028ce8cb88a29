import type { AppError, Clock } from '@davit/domain';

/** A hiccup that lasts longer is none. */
const HICCUP_MS = 5_000;
const HICCUPS = new Set(['conflict', 'unavailable', 'timeout', 'rate_limited']);

export interface Telling {
  /** what a status should say of it */
  failure?: AppError;
  /** Something failed that may pass by itself: until it is known whether it does, a status says nothing new. */
  waits: boolean;
}

/**
 * Decides which failures a status should tell. What passes by itself within moments (a write conflict, an API server
 * that stumbles) only when it does not: it may be an admission webhook that is down.
 */
export class Patience {
  readonly #clock: Clock;
  /** when the failures in a row began */
  readonly #since = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** What the status of this Rollout should tell of what went wrong just now. */
  telling(key: string, failures: readonly AppError[]): Telling {
    const lasting = failures.find(({ code }) => !HICCUPS.has(code));
    const [first] = failures;
    if (lasting || !first) {
      this.#since.delete(key);
      return { ...(lasting ? { failure: lasting } : {}), waits: false };
    }
    const now = this.#clock.now();
    const since = this.#since.get(key) ?? now;
    this.#since.set(key, since);
    return now - since < HICCUP_MS ? { waits: true } : { failure: first, waits: false };
  }

  /** The Rollout is gone. */
  forget(key: string): void {
    this.#since.delete(key);
  }
}
