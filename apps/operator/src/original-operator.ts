import type { KubeHttp, KubeList, KubeObject } from '@davit/kubernetes';
import { resourcePath } from '@davit/kubernetes';

/** What it holds while it works. */
export const ORIGINAL_LEASE = 'one-click-operator-leader-election';
/** Its own, where its lease does not say. */
const DURATION_MS = 15_000;
/** An answer that is late is as good as none: it is asked again soon. */
const TIMEOUT_MS = 5_000;

export interface OriginalLease extends KubeObject {
  spec?: { holderIdentity?: string; renewTime?: string; leaseDurationSeconds?: number };
}

/** One-Click's own operator, by its lease. */
export interface Original {
  namespace: string;
  /** false: somebody held the lease at the first look, and may have ended long before */
  certain: boolean;
}

interface Seen {
  renewal: string;
  /** in our own time, when this renewal was first seen */
  at: number;
  certain: boolean;
}

/** Its leases, wherever they are. Throws `forbidden` where they cannot be seen. */
export async function listOriginals(http: KubeHttp, signal: AbortSignal): Promise<OriginalLease[]> {
  const path = resourcePath({ apiVersion: 'coordination.k8s.io/v1', plural: 'leases' });
  const query = { fieldSelector: `metadata.name=${ORIGINAL_LEASE}` };
  const call = { query, signal, timeoutMs: TIMEOUT_MS };
  const { items = [] } = await http.get<KubeList<OriginalLease>>(path, call);
  return items;
}

/**
 * Whether it is at work, by the renewals of its lease that were seen: what the clock of its machine says means nothing
 * to ours. It is gone when it gave its lease back, or did not renew it for as long as its own copies would wait.
 */
export class OriginalRenewals {
  #seen: Map<string, Seen> | undefined;

  /** What the leases of this moment tell. */
  look(leases: readonly OriginalLease[], now: number): Original | undefined {
    const before = this.#seen;
    // of the first look nobody knows how old what it finds is
    const fresh = { at: now, certain: before !== undefined };
    this.#seen = new Map();
    const running: Original[] = [];
    for (const lease of leases) {
      if (!lease.spec?.holderIdentity) continue;
      const { namespace = '' } = lease.metadata;
      const renewal = `${lease.spec.holderIdentity} ${lease.spec.renewTime}`;
      const known = before?.get(namespace);
      const seen = known?.renewal === renewal ? known : { renewal, ...fresh };
      this.#seen.set(namespace, seen);
      const { certain, at } = seen;
      if (now - at < durationOf(lease)) running.push({ namespace, certain });
    }
    return running.find(({ certain }) => certain) ?? running[0];
  }
}

const durationOf = ({ spec }: OriginalLease): number =>
  (spec?.leaseDurationSeconds ?? 0) * 1000 || DURATION_MS;

export const howToStop = (namespace: string): string =>
  `kubectl -n ${namespace} scale deployment --all --replicas=0`;
