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
  check(child: ClusterObject): void {
    if (this.#recent(child).length < LIMIT) return;
    const { kind, metadata } = child;
    throw new AppError(
      'forbidden',
      `Something keeps changing ${kind} "${metadata.name}": another controller or an admission webhook. It is left alone for a minute.`,
      { reason: 'Contended', retryAfterMs: WINDOW_MS },
    );
  }

  /** It was put right: a try that failed undid nothing. */
  repaired(child: ClusterObject): void {
    const now = this.#clock.now();
    this.#repairs.set(child.metadata.uid ?? '', [...this.#recent(child), now]);
    if (this.#repairs.size > 1000) this.#forgetOld(now);
  }

  #recent({ metadata }: ClusterObject): number[] {
    const now = this.#clock.now();
    const times = this.#repairs.get(metadata.uid ?? '') ?? [];
    return times.filter((time) => now - time < WINDOW_MS);
  }

  #forgetOld(now: number): void {
    for (const [id, times] of this.#repairs) {
      if (now - (times.at(-1) ?? 0) >= WINDOW_MS) this.#repairs.delete(id);
    }
  }
}
