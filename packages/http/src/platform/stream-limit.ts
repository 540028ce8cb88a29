import { AppError } from '@davit/domain';

/** How many streams one signed-in record may hold open at the same time. */
const MOST = 64;

/** Counts open streams by owner. */
export class StreamLimit {
  readonly #open = new Map<string, number>();

  /** Throws `rate_limited` when too many are open; the returned function gives the place back. */
  take(owner: string): () => void {
    const open = this.#open.get(owner) ?? 0;
    if (open >= MOST) {
      throw new AppError('rate_limited', 'Too many open streams.', { retryAfterMs: 5_000 });
    }
    this.#open.set(owner, open + 1);
    return () => {
      const left = (this.#open.get(owner) ?? 1) - 1;
      if (left > 0) this.#open.set(owner, left);
      else this.#open.delete(owner);
    };
  }
}
