import { AppError } from '@davit/domain';
import type { Clock, Logger } from '@davit/domain';
import { sleep, systemClock } from '@davit/controller';
import type { Lease } from '@davit/controller';
import { isAlreadyExists } from './error.ts';
import type { KubeHttp } from './kube-http.ts';
import type { KubeObject } from './kube-object.ts';
import { resourcePath } from './resource-path.ts';

export interface KubeLeaseOptions {
  http: KubeHttp;
  namespace: string;
  name: string;
  /** unique among the candidates */
  identity: string;
  /** how long a silent leader is believed in; 15 s when absent */
  durationMs?: number;
  /** a leader that could not renew for so long stops leading, before anybody else starts; 10 s when absent */
  renewDeadlineMs?: number;
  /** time between tries; 2 s when absent */
  retryMs?: number;
  clock?: Clock;
  /** milliseconds that nobody can set back or forward; those of this process when absent */
  monotonic?: () => number;
  logger?: Logger;
}

interface LeaseObject extends KubeObject {
  spec?: LeaseSpec;
}
interface LeaseSpec {
  holderIdentity?: string | null;
  leaseDurationSeconds?: number;
  acquireTime?: string;
  renewTime?: string;
  leaseTransitions?: number;
}

interface Moment {
  wall: number;
  monotonic: number;
}

const LEASES = { apiVersion: 'coordination.k8s.io/v1', plural: 'leases' };

/**
 * Leadership through a coordination.k8s.io Lease. Clocks of other machines are not believed: another holder counts
 * as gone when its lease did not change for `durationMs` of our own time, and our own clock may be set at any moment:
 * spans are measured without it. Every write carries the resourceVersion.
 */
export class KubeLease implements Lease {
  readonly #options: KubeLeaseOptions;
  readonly #clock: Clock;
  readonly #durationMs: number;
  readonly #renewDeadlineMs: number;
  readonly #retryMs: number;
  readonly #monotonic: () => number;
  #seen: { version: string; at: number } | undefined;
  #renewed: Moment | undefined;

  constructor(options: KubeLeaseOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#monotonic = options.monotonic ?? ((): number => performance.now());
    this.#durationMs = options.durationMs ?? 15_000;
    this.#renewDeadlineMs = options.renewDeadlineMs ?? 10_000;
    this.#retryMs = options.retryMs ?? 2_000;
  }

  get held(): boolean {
    if (this.#renewed === undefined) return false;
    const { wall, monotonic } = this.#renewed;
    // a machine that slept counts the time by the wall only
    const silentMs = Math.max(this.#clock.now() - wall, this.#monotonic() - monotonic);
    return silentMs < this.#renewDeadlineMs;
  }

  async hold(signal: AbortSignal, lead: (signal: AbortSignal) => Promise<void>): Promise<void> {
    while (!signal.aborted) {
      if (await this.#try(signal)) await this.#lead(signal, lead);
      if (!signal.aborted) await sleep(this.#clock, this.#retryMs, signal);
    }
  }

  async #lead(signal: AbortSignal, lead: (signal: AbortSignal) => Promise<void>): Promise<void> {
    this.#options.logger?.log('info', 'leading', { lease: this.#options.name });
    const ended = new AbortController();
    const lost = new AbortController();
    const renewing = this.#renew(ended.signal, lost);
    try {
      // a running step may finish after a stop, so the lease is renewed until `lead` has ended
      await lead(AbortSignal.any([signal, lost.signal]));
    } finally {
      ended.abort();
      await renewing;
      if (!lost.signal.aborted) await this.#release();
      this.#renewed = undefined;
    }
  }

  async #renew(ended: AbortSignal, lost: AbortController): Promise<void> {
    while (!ended.aborted) {
      await sleep(this.#clock, this.#retryMs, ended);
      if (ended.aborted) return;
      await this.#try(ended);
      if (ended.aborted || this.held) continue;
      this.#options.logger?.log('warn', 'leadership lost', { lease: this.#options.name });
      lost.abort(new AppError('conflict', 'Leadership was lost.', { reason: 'NotLeader' }));
      return;
    }
  }

  /** One round: take, renew or leave alone. True when this process holds the lease afterwards. */
  async #try(signal: AbortSignal): Promise<boolean> {
    const started = { wall: this.#clock.now(), monotonic: this.#monotonic() };
    // a try that takes longer than this must not make us believe in a lease somebody else has by now
    const timeoutMs = Math.max(1_000, this.#renewDeadlineMs / 2);
    try {
      const lease = await this.#read({ signal, timeoutMs });
      if (lease && this.#belongsToOther(lease)) {
        this.#renewed = undefined;
        return false;
      }
      await this.#write(lease, { signal, timeoutMs });
      this.#renewed = started;
      return true;
    } catch (error) {
      if (!signal.aborted) this.#note(error);
      return false;
    }
  }

  #belongsToOther(lease: LeaseObject): boolean {
    const holder = lease.spec?.holderIdentity;
    const version = lease.metadata.resourceVersion ?? '';
    const now = this.#monotonic();
    if (this.#seen?.version !== version) this.#seen = { version, at: now };
    if (!holder || holder === this.#options.identity) return false;
    const durationMs = (lease.spec?.leaseDurationSeconds ?? 0) * 1000 || this.#durationMs;
    return now - this.#seen.at < durationMs;
  }

  async #read(call: { signal: AbortSignal; timeoutMs: number }): Promise<LeaseObject | undefined> {
    const { http, namespace, name } = this.#options;
    try {
      return await http.get<LeaseObject>(resourcePath(LEASES, { namespace, name }), call);
    } catch (error) {
      if (AppError.is(error, 'not_found')) return undefined;
      throw error;
    }
  }

  async #write(
    lease: LeaseObject | undefined,
    call: { signal?: AbortSignal; timeoutMs: number },
  ): Promise<void> {
    const { http, namespace, name, identity } = this.#options;
    const now = microTime(this.#clock.now());
    const spec: LeaseSpec = {
      ...(lease?.spec?.holderIdentity === identity ? lease.spec : takenOver(lease, now)),
      holderIdentity: identity,
      leaseDurationSeconds: Math.ceil(this.#durationMs / 1000),
      renewTime: now,
    };
    const metadata = lease?.metadata ?? { name, namespace };
    const body = { apiVersion: LEASES.apiVersion, kind: 'Lease', metadata, spec };
    if (lease) await http.update(resourcePath(LEASES, { namespace, name }), body, call);
    else await http.create(resourcePath(LEASES, { namespace }), body, call);
  }

  /** The next leader need not wait for the lease to run out. */
  async #release(): Promise<void> {
    const { http, namespace, name, identity } = this.#options;
    const path = resourcePath(LEASES, { namespace, name });
    const call = { timeoutMs: 3_000 };
    try {
      const lease = await http.get<LeaseObject>(path, call);
      if (lease.spec?.holderIdentity !== identity) return;
      const spec = { ...lease.spec, holderIdentity: '', leaseDurationSeconds: 1 };
      await http.update(path, { ...lease, spec }, call);
    } catch (error) {
      this.#note(error);
    }
  }

  #note(error: unknown): void {
    // losing a race for the lease is what the lease is for
    const level = AppError.is(error, 'conflict') || isAlreadyExists(error) ? 'debug' : 'warn';
    this.#options.logger?.log(level, 'lease', { lease: this.#options.name, error });
  }
}

function takenOver(lease: LeaseObject | undefined, now: string): LeaseSpec {
  if (!lease) return { acquireTime: now, leaseTransitions: 0 };
  return { acquireTime: now, leaseTransitions: (lease.spec?.leaseTransitions ?? 0) + 1 };
}

/** RFC 3339 with microseconds, the only form the API takes here. */
function microTime(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000Z');
}
