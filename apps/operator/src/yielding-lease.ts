import { sleep } from '@davit/controller';
import type { Lease } from '@davit/controller';
import { AppError } from '@davit/domain';
import type { Clock, Logger } from '@davit/domain';
import { howToStop, OriginalRenewals } from './original-operator.ts';
import type { Original, OriginalLease } from './original-operator.ts';

/** While it is waited for. */
const SOON_MS = 2_000;
const LOOK_MS = 10_000;

export interface YieldOptions {
  /** the original operator's leases; throws AppErrors */
  look: (signal: AbortSignal) => Promise<readonly OriginalLease[]>;
  clock: Clock;
  /** milliseconds that nobody can set back or forward; those of this process when absent */
  monotonic?: () => number;
  logger: Logger;
  /** it is at work, in this namespace: called when that is noticed, by the copy that would lead */
  onFound?: (namespace: string) => void;
}

/** Leads only while One-Click's operator does not run: two that write the same objects never come to rest. */
export class YieldingLease implements Lease {
  readonly #lease: Lease;
  readonly #options: YieldOptions;
  readonly #renewals = new OriginalRenewals();
  #original: Original | undefined;
  #said = '';
  /** resolves when there is nobody to yield to, as far as can be seen */
  #alone = Promise.withResolvers<void>();
  /** aborts when somebody to yield to appears; absent as long as nobody may lead */
  #appeared: AbortController | undefined;

  constructor(lease: Lease, options: YieldOptions) {
    this.#lease = lease;
    this.#options = options;
  }

  get held(): boolean {
    return this.#lease.held && this.#appeared !== undefined;
  }

  /** The operator whose end is waited for. */
  get original(): Original | undefined {
    return this.#original;
  }

  async hold(signal: AbortSignal, lead: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const ended = new AbortController();
    // copies that wait for their turn look, too: the one that takes over knows
    const watched = this.#watch(AbortSignal.any([signal, ended.signal]));
    try {
      await this.#lease.hold(signal, async (leading) => {
        while (!leading.aborted) {
          await untilEither(leading, this.#alone.promise);
          const appeared = this.#appeared;
          if (!leading.aborted && appeared) {
            await lead(AbortSignal.any([leading, appeared.signal]));
          }
        }
      });
    } finally {
      ended.abort();
      await watched;
      this.#original = undefined;
    }
  }

  async #watch(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#look(signal);
      await sleep(this.#options.clock, this.#appeared ? LOOK_MS : SOON_MS, signal);
    }
  }

  /** Without an answer nothing is known that was not known before. */
  async #look(signal: AbortSignal): Promise<void> {
    const { look, monotonic = (): number => performance.now() } = this.#options;
    try {
      this.#take(this.#renewals.look(await look(signal), monotonic()));
    } catch (error) {
      if (signal.aborted) return;
      if (!AppError.is(error)) throw error;
      // rights to some namespaces only: never seen, never waited for
      if (error.code === 'forbidden' || error.code === 'not_found') this.#take(undefined);
      else this.#options.logger.log('debug', "One-Click's operator was not looked for", { error });
    }
  }

  #take(original: Original | undefined): void {
    this.#original = original;
    if (this.#lease.held) this.#say(original);
    if (original) {
      this.#appeared?.abort();
      if (this.#appeared) this.#alone = Promise.withResolvers();
      this.#appeared = undefined;
    } else {
      this.#appeared ??= new AbortController();
      this.#alone.resolve();
    }
  }

  /** What the copy that would lead waits for, once. */
  #say(original: Original | undefined): void {
    const { logger, onFound } = this.#options;
    const what = original ? `${original.namespace} ${original.certain}` : '';
    if (what === this.#said) return;
    this.#said = what;
    if (!original) return logger.log('info', "One-Click's operator has ended", {});
    const { namespace, certain } = original;
    if (!certain) {
      const message = "One-Click's operator has a lease; it is watched before anything is done";
      return logger.log('info', message, { namespace });
    }
    logger.log('warn', "One-Click's operator is running; nothing is done until it is stopped", {
      namespace,
      stopItWith: howToStop(namespace),
    });
    onFound?.(namespace);
  }
}

/** Ends with the signal, or with the promise. */
async function untilEither(signal: AbortSignal, promise: Promise<void>): Promise<void> {
  if (signal.aborted) return;
  const end = Promise.withResolvers<void>();
  signal.addEventListener('abort', () => end.resolve(), { once: true });
  await Promise.race([promise, end.promise]);
}
