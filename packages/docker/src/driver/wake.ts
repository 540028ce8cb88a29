/** Lets a loop sleep until something happened; what happened before it sleeps is not missed. */
export class Wake {
  #pending = Promise.withResolvers<void>();

  ring(): void {
    this.#pending.resolve();
  }

  /** Resolves after the next `ring` (or one since the last `next`). */
  async next(): Promise<void> {
    await this.#pending.promise;
    this.#pending = Promise.withResolvers();
  }
}
