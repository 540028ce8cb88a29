/** Lets so many in at a time; the others wait, but not for ever. */
export class Turnstile {
  readonly #waiting = new Set<() => void>();
  readonly #maxWaitMs: number;
  #free: number;

  constructor(places: number, maxWaitMs: number) {
    this.#free = places;
    this.#maxWaitMs = maxWaitMs;
  }

  /** undefined: no place became free in time. */
  async run<T>(work: () => Promise<T>): Promise<T | undefined> {
    if (!(await this.#enter())) return undefined;
    try {
      return await work();
    } finally {
      this.#leave();
    }
  }

  #enter(): Promise<boolean> {
    if (this.#free > 0) {
      this.#free--;
      return Promise.resolve(true);
    }
    return new Promise((resolve) => {
      const enter = (): void => {
        clearTimeout(timer);
        resolve(true);
      };
      const timer = setTimeout(() => {
        this.#waiting.delete(enter);
        resolve(false);
      }, this.#maxWaitMs);
      this.#waiting.add(enter);
    });
  }

  #leave(): void {
    const [next] = this.#waiting;
    if (!next) {
      this.#free++;
      return;
    }
    this.#waiting.delete(next);
    next();
  }
}
