/** Leadership among several copies of a controller. */
export interface Lease {
  /** Leads right now, with time left to finish a write. Ask before every write. */
  readonly held: boolean;
  /**
   * Waits for leadership, then runs `lead` with a signal that aborts when leadership is lost or `signal` aborts.
   * After a loss it waits for `lead` to end and competes again. Resolves after `signal` aborted, `lead` ended
   * and the lease was given back.
   */
  hold(signal: AbortSignal, lead: (signal: AbortSignal) => Promise<void>): Promise<void>;
}

/** For a controller that is known to be alone. */
export const soleLease: Lease = {
  held: true,
  hold: (signal, lead) => lead(signal),
};
