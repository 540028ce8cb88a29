import { createQueue, type KeyQueue, runWorkers, systemClock } from '@davit/controller';
import { toAppError } from '@davit/domain';
import type { Clock, Logger } from '@davit/domain';
import type { AcmeCache } from './acme-cache.ts';
import type { Issue } from './acme-issuer.ts';
import { type CertificatePair, covers, readPair } from './certificate-pair.ts';
import { renewalTime } from './renewal.ts';

export interface CertificateKeeperOptions {
  issue: Issue;
  cache: AcmeCache;
  logger: Logger;
  clock?: Clock;
  random?: () => number;
  /** after failures; 2 minutes doubled up to 6 hours where absent: authorities allow five failures an hour */
  backOff?: { baseMs: number; maxMs: number };
}

interface Held {
  pair: CertificatePair;
  renewAt: number;
}

const BACK_OFF = { baseMs: 120_000, maxMs: 6 * 3_600_000 };
const WORKERS = 2;
/** timers are 32 bits wide, and clocks get set */
const LONGEST_WAIT_MS = 6 * 3_600_000;
const GRACE_MS = 500;

/** Sees to it that each wanted host has a certificate, from the cache or issued, and renews it in time. */
export class CertificateKeeper {
  readonly #options: CertificateKeeperOptions;
  readonly #clock: Clock;
  readonly #queue: KeyQueue;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;
  readonly #held = new Map<string, Held>();
  readonly #problems = new Map<string, string>();
  #wanted: ReadonlySet<string> = new Set();
  /** called when a host has another certificate */
  onChange: () => void = () => undefined;

  constructor(options: CertificateKeeperOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#queue = createQueue({ clock: this.#clock, backOff: options.backOff ?? BACK_OFF });
    this.#running = runWorkers({
      queue: this.#queue,
      workers: WORKERS,
      graceMs: GRACE_MS,
      clock: this.#clock,
      signal: this.#stop.signal,
      reconcile: (host, signal) => this.#reconcile(host, signal),
      onError: (error, host) => this.#failed(error, host),
    });
  }

  /** The hosts that shall have one, in place of those before. */
  want(hosts: readonly string[]): void {
    const wanted = new Set(hosts);
    for (const host of wanted) if (!this.#wanted.has(host)) this.#queue.add(host);
    for (const host of this.#wanted) {
      if (wanted.has(host)) continue;
      this.#queue.forget(host);
      this.#held.delete(host);
      this.#problems.delete(host);
    }
    this.#wanted = wanted;
  }

  find(host: string): CertificatePair | undefined {
    return this.#held.get(host)?.pair;
  }

  /** Why a host has no certificate, or no newer one. */
  problem(host: string): string | undefined {
    return this.#problems.get(host);
  }

  async close(): Promise<void> {
    this.#stop.abort();
    this.#queue.close();
    await this.#running;
  }

  async #reconcile(host: string, signal: AbortSignal): Promise<{ requeueAfterMs: number } | void> {
    if (!this.#wanted.has(host)) return;
    const held = this.#held.get(host) ?? (await this.#fromCache(host));
    const due = held?.renewAt ?? 0;
    if (due <= this.#clock.now()) return this.#renew(host, signal);
    return { requeueAfterMs: Math.min(due - this.#clock.now(), LONGEST_WAIT_MS) };
  }

  async #fromCache(host: string): Promise<Held | undefined> {
    const pair = await this.#options.cache.read(host);
    if (!pair || !covers(pair, host)) return undefined;
    return this.#hold(host, pair, 'certificate from the cache');
  }

  async #renew(host: string, signal: AbortSignal): Promise<{ requeueAfterMs: number }> {
    const { issue, cache, logger } = this.#options;
    logger.log('info', 'certificate ordered', { host });
    const certificate = await issue(host, { signal });
    const pair = readPair(certificate);
    await cache.write(host, certificate);
    this.#problems.delete(host);
    const held = this.#hold(host, pair, 'certificate issued');
    // by a clock that is wrong it may be due at once: orders are counted
    const soonest = this.#clock.now() + (pair.notAfter - pair.notBefore) / 10;
    held.renewAt = Math.max(held.renewAt, soonest);
    return { requeueAfterMs: Math.min(held.renewAt - this.#clock.now(), LONGEST_WAIT_MS) };
  }

  #hold(host: string, pair: CertificatePair, event: string): Held {
    const held = { pair, renewAt: renewalTime(pair, this.#options.random ?? Math.random) };
    const until = new Date(pair.notAfter).toISOString();
    const renewal = new Date(held.renewAt).toISOString();
    this.#options.logger.log('info', event, { host, until, renewal });
    if (!this.#wanted.has(host)) return held;
    this.#held.set(host, held);
    this.onChange();
    return held;
  }

  #failed(error: unknown, host: string): void {
    const { message } = toAppError(error);
    this.#problems.set(host, message);
    const until = this.#held.get(host)?.pair.notAfter;
    const served = until === undefined ? {} : { served: new Date(until).toISOString() };
    this.#options.logger.log('warn', message, { host, ...served });
    this.onChange();
  }
}
