export interface BackOffOptions {
  /** delay after the first failure; doubled by each further one */
  baseMs?: number;
  maxMs?: number;
}

/** Counts failures by key and answers how long to wait: base, 2 × base, 4 × base, … up to the maximum. */
export class BackOff {
  readonly #failures = new Map<string, number>();
  readonly #baseMs: number;
  readonly #maxMs: number;

  constructor(options: BackOffOptions = {}) {
    this.#baseMs = options.baseMs ?? 5;
    this.#maxMs = options.maxMs ?? 300_000;
  }

  next(key: string): number {
    const failures = this.failures(key);
    this.#failures.set(key, failures + 1);
    // 2 ** failures overflows to Infinity, which min() handles
    return Math.min(this.#baseMs * 2 ** failures, this.#maxMs);
  }

  failures(key: string): number {
    return this.#failures.get(key) ?? 0;
  }

  forget(key: string): void {
    this.#failures.delete(key);
  }

  clear(): void {
    this.#failures.clear();
  }
}
