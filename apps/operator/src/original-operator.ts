import type { Clock, Logger } from '@davit/domain';
import { sleep } from '@davit/controller';
import type { Lease } from '@davit/controller';
import { AppError } from '@davit/domain';
import type { KubeHttp, KubeList, KubeObject } from '@davit/kubernetes';

/** What it holds while it works. */
export const ORIGINAL_LEASE = 'one-click-operator-leader-election';
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
  const query = { fieldSelector: `metadata.name=${ORIGINAL_LEASE}` };
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
  /** it is at work, in this namespace: called when that is noticed, by the copy that would lead */
  onFound?: (namespace: string) => void;
}

/** Leads only while One-Click's operator does not run: two that write the same objects never come to rest. */
export class YieldingLease implements Lease {
  readonly #lease: Lease;
  readonly #options: YieldOptions;
  #original: string | undefined;

  constructor(lease: Lease, options: YieldOptions) {
    this.#lease = lease;
    this.#options = options;
  }

  get held(): boolean {
    return this.#lease.held && this.#original === undefined;
  }

  /** The namespace of the operator whose end is waited for. */
  get original(): string | undefined {
    return this.#original;
  }

  hold(signal: AbortSignal, lead: (signal: AbortSignal) => Promise<void>): Promise<void> {
    return this.#lease.hold(signal, async (leading) => {
      while (!leading.aborted) {
        await this.#untilGone(leading);
        if (!leading.aborted) await this.#leadAlone(leading, lead);
      }
      this.#original = undefined;
    });
  }

  async #leadAlone(
    signal: AbortSignal,
    lead: (signal: AbortSignal) => Promise<void>,
  ): Promise<void> {
    const appeared = new AbortController();
    const ended = new AbortController();
    const watched = this.#watch(AbortSignal.any([signal, ended.signal]), appeared);
    try {
      await lead(AbortSignal.any([signal, appeared.signal]));
    } finally {
      ended.abort();
      await watched;
    }
  }

  async #untilGone(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && (await this.#look(signal)) !== undefined) {
      await sleep(this.#options.clock, LOOK_MS, signal);
    }
  }

  async #watch(signal: AbortSignal, appeared: AbortController): Promise<void> {
    while (!signal.aborted) {
      await sleep(this.#options.clock, LOOK_MS, signal);
      if (!signal.aborted && (await this.#look(signal)) !== undefined) appeared.abort();
    }
  }

  async #look(signal: AbortSignal): Promise<string | undefined> {
    const { logger, onFound } = this.#options;
    const before = this.#original;
    this.#original = await this.#find(signal);
    const namespace = this.#original;
    if (namespace !== undefined && before === undefined) {
      logger.log('warn', "One-Click's operator is running; nothing is done until it is stopped", {
        namespace,
        stopItWith: howToStop(namespace),
      });
      onFound?.(namespace);
    }
    if (namespace === undefined && before !== undefined && !signal.aborted) {
      logger.log('info', "One-Click's operator has ended", { namespace: before });
    }
    return namespace;
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

export const howToStop = (namespace: string): string =>
  `kubectl -n ${namespace} scale deployment --all --replicas=0`;
