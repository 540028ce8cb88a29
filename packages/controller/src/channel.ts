/** Many writers, one reader. Writers wait while `limit` values wait, so that nothing is lost or piled up. */
export class Channel<T> {
  readonly #values: T[] = [];
  readonly #limit: number;
  #room = Promise.withResolvers<void>();
  #arrival = Promise.withResolvers<void>();
  #closed = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Resolves to false when nobody reads any more. */
  async push(value: T): Promise<boolean> {
    while (this.#values.length >= this.#limit && !this.#closed) await this.#room.promise;
    if (this.#closed) return false;
    this.#values.push(value);
    this.#arrival.resolve();
    return true;
  }

  close(): void {
    this.#closed = true;
    this.#arrival.resolve();
    this.#room.resolve();
  }

  /** Until it is closed and empty. */
  async *read(): AsyncGenerator<T> {
    for (;;) {
      const value = this.#values.shift();
      if (value !== undefined) {
        this.#room.resolve();
        this.#room = Promise.withResolvers();
        yield value;
      } else if (this.#closed) return;
      else {
        await this.#arrival.promise;
        if (!this.#closed) this.#arrival = Promise.withResolvers();
      }
    }
  }
}
