import type { AppError, Clock } from '@davit/domain';
import { OUTCOMES } from '@davit/rollout';

/** A hiccup that lasts longer is none. */
const HICCUP_MS = 5_000;
const HICCUPS = new Set(['unavailable', 'timeout', 'rate_limited']);

/**
 * Decides which failures a status should tell. What passes by itself within moments (a write conflict) never; an API
 * server that stumbles only when it keeps doing so: it may be an admission webhook that is down.
 */
export class Patience {
  readonly #clock: Clock;
  /** when the failures in a row began */
  readonly #since = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The failure as far as the status of this Rollout should show it. */
  shown(key: string, failure: AppError | undefined): AppError | undefined {
    if (!failure || !HICCUPS.has(failure.code)) {
      this.#since.delete(key);
      return failure && OUTCOMES[failure.code].retry === 'once' ? undefined : failure;
    }
    const now = this.#clock.now();
    const since = this.#since.get(key) ?? now;
    this.#since.set(key, since);
    return now - since < HICCUP_MS ? undefined : failure;
  }

  /** The Rollout is gone. */
  forget(key: string): void {
    this.#since.delete(key);
  }
}
