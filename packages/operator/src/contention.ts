import { AppError } from '@davit/domain';
import type { Clock, ClusterObject } from '@davit/domain';

/** People correct a thing a few times; what is undone more often than that is undone by a program. */
const LIMIT = 10;
const WINDOW_MS = 60_000;

/** Notices when something keeps undoing what is put right: an operator that answers in kind never comes to rest. */
export class Contention {
  readonly #clock: Clock;
  /** times of the last repairs, by uid of the child */
  readonly #repairs = new Map<string, number[]>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Call before a child is put right that nobody asked to change. Throws `forbidden`, reason `Contended`. */
  repair({ kind, metadata }: ClusterObject): void {
    const now = this.#clock.now();
    const id = metadata.uid ?? '';
    const recent = (this.#repairs.get(id) ?? []).filter((time) => now - time < WINDOW_MS);
    if (recent.length >= LIMIT) {
      throw new AppError(
        'forbidden',
        `Something keeps changing ${kind} "${metadata.name}": another controller or an admission webhook. It is left alone for a minute.`,
        { reason: 'Contended', retryAfterMs: WINDOW_MS },
      );
    }
    this.#repairs.set(id, [...recent, now]);
    if (this.#repairs.size > 1000) this.#forgetOld(now);
  }

  #forgetOld(now: number): void {
    for (const [id, times] of this.#repairs) {
      if (now - (times.at(-1) ?? 0) >= WINDOW_MS) this.#repairs.delete(id);
    }
  }
}
