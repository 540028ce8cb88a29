import type { AppCounters } from './app-counters.ts';

/** A request that waits for its route. */
export interface Waiter {
  /** the table changed: look again */
  resume(): void;
  /** it took too long */
  expired(): void;
}

interface Place {
  timer: NodeJS.Timeout;
  counters: AppCounters;
}

/** Requests for routes on hold, in the order they came, bounded in number (for each app) and in time. */
export class HoldQueue {
  readonly #limit: number;
  readonly #waiting = new Map<Waiter, Place>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** False where too many wait for this app. */
  add(waiter: Waiter, counters: AppCounters, ms: number): boolean {
    if (counters.held >= this.#limit) return false;
    const timer = setTimeout(() => {
      this.remove(waiter);
      waiter.expired();
    }, ms);
    counters.held += 1;
    this.#waiting.set(waiter, { timer, counters });
    return true;
  }

  has(waiter: Waiter): boolean {
    return this.#waiting.has(waiter);
  }

  remove(waiter: Waiter): void {
    const place = this.#waiting.get(waiter);
    if (!place) return;
    clearTimeout(place.timer);
    place.counters.held -= 1;
    this.#waiting.delete(waiter);
  }

  /** Those that still have to wait keep the time that is left to them. */
  resumeAll(): void {
    for (const waiter of [...this.#waiting.keys()]) waiter.resume();
  }
}
