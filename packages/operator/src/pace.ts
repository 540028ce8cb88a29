import type { Clock } from '@davit/domain';
import type { RolloutStatus } from '@davit/rollout';

/** How old a detail may be. While instances come and go their numbers change many times a second. */
const DETAIL_MS = 1_000;
const ON_ITS_WAY = new Set(['Pending', 'Progressing']);

/** Decides when a status is written: what somebody waits for at once, details together after a moment. */
export class Pace {
  readonly #clock: Clock;
  /** when a detail that is not written yet was first seen, by Rollout */
  readonly #since = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Milliseconds until a detail has to be written; 0 for now. */
  dueIn(key: string): number {
    const now = this.#clock.now();
    const since = this.#since.get(key) ?? now;
    this.#since.set(key, since);
    // a clock that was set back must not hold a status for longer
    return now < since ? 0 : Math.max(0, since + DETAIL_MS - now);
  }

  /** It was written, or there is nothing to write any more. */
  forget(key: string): void {
    this.#since.delete(key);
  }
}

/** Does a status say something else, rather than the same with other numbers? */
export function isTransition(before: RolloutStatus | undefined, after: RolloutStatus): boolean {
  return before === undefined || gist(before) !== gist(after);
}

function gist(status: RolloutStatus): string {
  const { phase = '', reason, observedGeneration, rollback, conditions = [] } = status;
  return JSON.stringify([
    observedGeneration,
    ON_ITS_WAY.has(phase) ? '' : [phase, reason],
    rollback?.revision,
    conditions.map(({ type, status: is }) => [type, is]),
  ]);
}
