import { AppError } from '@davit/domain';
import type { Clock, ClusterObject, Logger, RolloutCluster } from '@davit/domain';
import type { ReconcileResult } from '@davit/controller';
import { canonicalJson, statusDueIn, statusOf } from '@davit/rollout';
import type { RolloutResource, RolloutStatus } from '@davit/rollout';
import { observe } from './observe.ts';
import type { Outcome } from './observe.ts';
import { isTransition, Pace } from './pace.ts';
import { statusChange } from './status-change.ts';

export interface StatusWriterOptions {
  cluster: RolloutCluster;
  clock: Clock;
  /**
   * Called after each status written, with the fields the API server did not keep: none, unless the CRD is older than
   * this program.
   */
  onStatusKept?: (lost: readonly string[]) => void;
}

interface WriteCall {
  signal: AbortSignal;
  logger: Logger;
}

interface Shortened {
  /** what the API server made of it */
  kept: string;
  given: RolloutStatus;
}

/** Leaves a true status behind, at the right time, and an event where it becomes another. */
export class StatusWriter {
  readonly #options: StatusWriterOptions;
  readonly #pace: Pace;
  /** by Rollout, where the API server keeps less of a status than it is given */
  readonly #shortened = new Map<string, Shortened>();
  #isTold = false;

  constructor(options: StatusWriterOptions) {
    this.#options = options;
    this.#pace = new Pace(options.clock);
  }

  /** The Rollout with the status it was given, though the API server may have kept less of it. */
  known(rollout: ClusterObject): ClusterObject {
    const shortened = this.#shortened.get(keyOf(rollout));
    if (shortened?.kept !== textOf(rollout.status)) return rollout;
    return { ...rollout, status: shortened.given };
  }

  /** The Rollout is gone. */
  forget(key: string): void {
    this.#pace.forget(key);
    this.#shortened.delete(key);
  }

  /** Writes the status if it has become another one. `rollout` as it is kept. */
  async write(rollout: ClusterObject, outcome: Outcome, call: WriteCall): Promise<ReconcileResult> {
    const { cluster, clock } = this.#options;
    const known = this.known(rollout);
    const resource = known as unknown as RolloutResource;
    const before = resource.status;
    const failure = outcome.applyError;
    const key = keyOf(rollout);
    const observed = observe(known, cluster.children(rollout), outcome);
    const now = clock.now();
    const status = statusOf(resource, observed, now);
    const isOther = statusChange(before, status) !== undefined;
    const mayWait = isOther && !failure && !isTransition(before, status);
    const requeueAfterMs = mayWait ? this.#pace.dueIn(key) : 0;
    if (requeueAfterMs > 0) return { requeueAfterMs };
    this.#pace.forget(key);
    const dueIn = statusDueIn(observed, now);
    const later = dueIn === undefined ? {} : { requeueAfterMs: dueIn };
    if (!isOther) return later;
    try {
      await this.#patch(rollout, status, call);
    } catch (error) {
      // deleted meanwhile
      if (AppError.is(error, 'not_found')) return {};
      // what made the children fail is worth more than a status that will be written next time
      throw failure ?? error;
    }
    if (failure) call.logger.log('warn', 'not as asked for', { rollout: key, failure });
    tellTransition({ cluster, rollout }, before, status);
    // which revision is kept, and which one runs, depends on the status
    return isTransition(before, status) ? { requeueAfterMs: 0 } : later;
  }

  async #patch(
    rollout: ClusterObject,
    status: RolloutStatus,
    { signal, logger }: WriteCall,
  ): Promise<void> {
    const { cluster, onStatusKept } = this.#options;
    const key = keyOf(rollout);
    const change = statusChange(rollout.status as RolloutStatus | undefined, status);
    const kept = await cluster.patchStatus(rollout, change ?? {}, signal);
    const lost = Object.keys(statusChange(kept as RolloutStatus | undefined, status) ?? {});
    onStatusKept?.(lost);
    if (lost.length === 0) return void this.#shortened.delete(key);
    if (!this.#shortened.has(key)) this.#tellLoss(rollout, lost, logger);
    this.#shortened.set(key, { kept: textOf(kept), given: status });
  }

  #tellLoss(rollout: ClusterObject, lost: readonly string[], logger: Logger): void {
    const { cluster } = this.#options;
    const message = `The API server does not keep the whole status: its CRD is older than this operator. Lost: ${lost.join(', ')}.`;
    cluster.event(rollout, { type: 'Warning', reason: 'StatusNotKept', message });
    if (this.#isTold) return;
    this.#isTold = true;
    logger.log('warn', 'the CRD of Rollouts is too old', { lost });
  }
}

function keyOf({ metadata }: ClusterObject): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}

const textOf = (status: unknown): string => canonicalJson(status ?? null);

/** An event where the phase, or what is wrong, becomes another. */
function tellTransition(
  { cluster, rollout }: { cluster: RolloutCluster; rollout: ClusterObject },
  before: RolloutStatus | undefined,
  after: RolloutStatus,
): void {
  if (before?.phase === after.phase && before?.reason === after.reason) return;
  const event = transitionOf(after);
  if (event) cluster.event(rollout, event);
}

function transitionOf(
  after: RolloutStatus,
): { type: 'Normal' | 'Warning'; reason: string; message: string } | undefined {
  const { phase = 'Unknown', reason = '', message = '' } = after;
  if (phase === 'Failed' || phase === 'Degraded') {
    return { type: 'Warning', reason: reason || phase, message };
  }
  if (phase !== 'Running' && phase !== 'Stopped') return undefined;
  const usual = phase === 'Running' ? 'All instances serve.' : 'No instance runs; data is kept.';
  return { type: 'Normal', reason: phase, message: message || usual };
}
