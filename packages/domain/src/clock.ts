/** Time as a parameter, so that tests can own it. */
export interface Clock {
  /** milliseconds since the epoch */
  now(): number;
  /** Runs `callback` after `ms`; the returned function cancels it. */
  after(ms: number, callback: () => void): () => void;
}
