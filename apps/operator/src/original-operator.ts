import type { Clock, Logger } from '@davit/domain';
import { sleep } from '@davit/controller';
import type { Lease } from '@davit/controller';
import { AppError } from '@davit/domain';
import type { KubeHttp, KubeList, KubeObject } from '@davit/kubernetes';

const LEASE = 'one-click-operator-leader-election';
/** Four times as long as it goes without renewing its lease. */
const ALIVE_MS = 60_000;
const LOOK_MS = 10_000;

interface LeaseObject extends KubeObject {
  spec?: { holderIdentity?: string; renewTime?: string };
}

/** Where One-Click's own operator is at work right now, by its lease; undefined where none is, or none can be seen. */
export async function findOriginal(
  http: KubeHttp,
  { clock, signal }: { clock: Clock; signal: AbortSignal },
): Promise<string | undefined> {
  const query = { fieldSelector: `metadata.name=${LEASE}` };
  const path = '/apis/coordination.k8s.io/v1/leases';
  try {
    const { items = [] } = await http.get<KubeList<LeaseObject>>(path, { query, signal });
    const found = items.find(({ spec }) => {
      const renewed = Date.parse(spec?.renewTime ?? '');
      return (spec?.holderIdentity ?? '') !== '' && clock.now() - renewed < ALIVE_MS;
    });
    return found?.metadata.namespace;
  } catch (error) {
    // rights to one namespace only, or an API server that is away: every other request will tell
    if (AppError.is(error)) return undefined;
    throw error;
  }
}

export interface YieldOptions {
  http: KubeHttp;
  clock: Clock;
  logger: Logger;
}

/** Leads only while One-Click's operator does not run: two that write the same objects never come to rest. */
export class YieldingLease implements Lease {
  readonly #lease: Lease;
  readonly #options: YieldOptions;

  constructor(lease: Lease, options: YieldOptions) {
    this.#lease = lease;
    this.#options = options;
  }

  get held(): boolean {
    return this.#lease.held;
  }

  async hold(signal: AbortSignal, lead: (signal: AbortSignal) => Promise<void>): Promise<void> {
    while (!signal.aborted) {
      await this.#untilGone(signal);
      if (signal.aborted) return;
      const appeared = new AbortController();
      const either = AbortSignal.any([signal, appeared.signal]);
      const watched = this.#watch(either, appeared);
      await this.#lease.hold(either, lead);
      appeared.abort();
      await watched;
    }
  }

  async #untilGone(signal: AbortSignal): Promise<void> {
    const { clock, logger } = this.#options;
    while (!signal.aborted) {
      const namespace = await this.#find(signal);
      if (namespace === undefined) return;
      logger.log('warn', "One-Click's operator is running; nothing is done until it is stopped", {
        namespace,
        stopItWith: `kubectl -n ${namespace} scale deployment --all --replicas=0`,
      });
      await sleep(clock, LOOK_MS, signal);
    }
  }

  async #watch(signal: AbortSignal, appeared: AbortController): Promise<void> {
    while (!signal.aborted) {
      await sleep(this.#options.clock, LOOK_MS, signal);
      if (!signal.aborted && (await this.#find(signal)) !== undefined) appeared.abort();
    }
  }

  async #find(signal: AbortSignal): Promise<string | undefined> {
    const { http, clock } = this.#options;
    try {
      return await findOriginal(http, { clock, signal });
    } catch (error) {
      if (signal.aborted) return undefined;
      throw error;
    }
  }
}
