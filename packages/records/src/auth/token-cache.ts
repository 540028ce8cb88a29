import type { AuthRecord } from '../request.ts';

interface Entry {
  auth: AuthRecord;
  /** may it be exchanged for a new one? */
  refreshable: boolean;
  /** milliseconds since the epoch */
  expires: number;
}

/**
 * Tokens that were verified lately: the key and the record behind them have not changed since. Bounded; the oldest
 * go first.
 */
export class TokenCache {
  readonly #entries = new Map<string, Entry>();
  readonly #limit: number;
  /** goes up with every invalidation: a check that began before one must not be remembered */
  version = 0;

  constructor(limit = 10_000) {
    this.#limit = limit;
  }

  get(token: string, now: number): AuthRecord | undefined {
    const entry = this.#entries.get(token);
    if (entry === undefined) return undefined;
    if (entry.expires > now) return entry.auth;
    this.#entries.delete(token);
    return undefined;
  }

  /** undefined: the token is not known here */
  isRefreshable(token: string): boolean | undefined {
    return this.#entries.get(token)?.refreshable;
  }

  set(token: string, entry: Entry): void {
    if (this.#entries.size >= this.#limit) {
      for (const oldest of this.#entries.keys()) {
        this.#entries.delete(oldest);
        break;
      }
    }
    this.#entries.set(token, entry);
  }

  /** The account changed in whatever way: its tokens are checked anew. */
  forget(collectionId: string, recordId: string): void {
    this.version++;
    for (const [token, { auth }] of this.#entries) {
      if (auth.record.id === recordId && auth.collection.id === collectionId) {
        this.#entries.delete(token);
      }
    }
  }

  forgetKey(id: string): void {
    this.version++;
    for (const [token, { auth }] of this.#entries) {
      if (auth.key?.id === id) this.#entries.delete(token);
    }
  }

  clear(): void {
    this.version++;
    this.#entries.clear();
  }
}
