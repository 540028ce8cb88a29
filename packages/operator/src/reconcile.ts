import type { Clock, Logger, RolloutCluster } from '@davit/domain';
import type { ReconcileResult } from '@davit/controller';
import { applyAll } from './apply-all.ts';
import { Contention } from './contention.ts';
import { wayOn } from './failure.ts';
import { Patience } from './patience.ts';
import { Rewritten } from './rewritten.ts';
import { StatusWriter } from './status-writer.ts';

export interface ReconcilerOptions {
  cluster: RolloutCluster;
  clock: Clock;
  /**
   * Called after each status written, with the fields the API server did not keep: none, unless the CRD is older than
   * this program.
   */
  onStatusKept?: (lost: readonly string[]) => void;
}

export interface ReconcileCall {
  signal: AbortSignal;
  /** its lines tell which Rollout and which reconcile */
  logger: Logger;
}

/** Makes the Rollout `namespace/name` as its spec says, and its status as the cluster is. */
export type Reconcile = (key: string, call: ReconcileCall) => Promise<ReconcileResult>;

/**
 * Level-based: looks at what is, writes only what differs, and always leaves a true status behind. A Rollout that is
 * gone needs nothing: its children go with it, its claims stay. Throws what should be tried again with back-off.
 */
export function createReconcile(options: ReconcilerOptions): Reconcile {
  const { cluster, clock } = options;
  const patience = new Patience(clock);
  const contention = new Contention(clock);
  const rewritten = new Rewritten();
  const statuses = new StatusWriter(options);
  return async (key, { signal, logger }) => {
    const stored = cluster.rollout(key);
    if (!stored || stored.metadata.deletionTimestamp) {
      patience.forget(key);
      statuses.forget(key);
      return {};
    }
    const rollout = statuses.known(stored);
    const context = { cluster, contention, rewritten, rollout, signal };
    const { failures, unrendered } = await applyAll(context, logger);
    if (signal.aborted) return {};
    // somebody else leads, and writes the status too; or nobody for a moment, and then it is still ours to do
    const notLeader = failures.find(({ reason }) => reason === 'NotLeader');
    if (notLeader) throw notLeader;
    const { failure, waits } = patience.telling(key, failures);
    // the children may still be of the spec before, of which a status would tell as if it was this one
    if (waits) return wayOn(failures);
    const outcome = { applyError: failure, unrendered };
    const written = await statuses.write(stored, outcome, { signal, logger });
    return failures.length > 0 ? wayOn(failures) : written;
  };
}
