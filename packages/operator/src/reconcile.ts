import { AppError } from '@davit/domain';
import type { Clock, ClusterObject, Logger, RolloutCluster } from '@davit/domain';
import type { ReconcileResult } from '@davit/controller';
import { statusDueIn, statusOf } from '@davit/rollout';
import type { RolloutResource, RolloutStatus } from '@davit/rollout';
import { applyChild } from './apply-child.ts';
import type { ApplyContext } from './apply-child.ts';
import { Contention } from './contention.ts';
import { wayOn, withFields } from './failure.ts';
import { observe } from './observe.ts';
import type { Outcome } from './observe.ts';
import { isTransition, Pace } from './pace.ts';
import { Patience } from './patience.ts';
import { pruneChildren } from './prune-children.ts';
import { render } from './render.ts';
import { statusChange } from './status-change.ts';

export interface ReconcilerOptions {
  cluster: RolloutCluster;
  clock: Clock;
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
  const patience = new Patience(options.clock);
  const contention = new Contention(options.clock);
  const pace = new Pace(options.clock);
  return async (key, { signal, logger }) => {
    const { cluster } = options;
    const rollout = cluster.rollout(key);
    if (!rollout || rollout.metadata.deletionTimestamp) {
      patience.forget(key);
      pace.forget(key);
      return {};
    }
    const context: ApplyContext = { cluster, contention, rollout, signal };
    const { failure, unrendered } = await applyAll(context, logger);
    if (signal.aborted) return {};
    // somebody else leads, and writes the status too; or nobody for a moment, and then it is still ours to do
    if (failure?.reason === 'NotLeader') throw failure;
    const outcome = { applyError: patience.shown(key, failure), unrendered };
    const written = await writeStatus(context, outcome, { ...options, logger, pace });
    return failure ? wayOn(failure) : written;
  };
}

interface Applied {
  failure?: AppError;
  unrendered: string[];
}

/** What was done stays done, and is told. */
async function applyAll(context: ApplyContext, logger: Logger): Promise<Applied> {
  const { cluster, rollout } = context;
  const done = { created: [], updated: [], deleted: [] } as Record<Change, ClusterObject[]>;
  let unrendered: string[] = [];
  try {
    const live = cluster.children(rollout);
    const rendered = render(rollout, live, cluster);
    ({ unrendered } = rendered);
    const failure = await applyChildren(rendered.children, context, done);
    if (failure) throw failure;
    // what the failed spec brought stays for its correction, data above all
    const stale = rendered.rolledBack ? live.filter((object) => !isClaim(object)) : live;
    done.deleted.push(...(await pruneChildren(stale, rendered.children, context)));
    return { unrendered };
  } catch (error) {
    const failure = withFields(error);
    if (failure.code === 'internal') logger.log('error', 'could not apply', { error });
    return { failure, unrendered };
  } finally {
    for (const change of CHANGES) tell(context, change, done[change]);
  }
}

/** One child that cannot be brought about does not hold up those that do without it. Answers the first failure. */
async function applyChildren(
  children: readonly ClusterObject[],
  context: ApplyContext,
  done: Record<Change, ClusterObject[]>,
): Promise<AppError | undefined> {
  let first: AppError | undefined;
  for (const child of children) {
    try {
      const applied = await applyChild(child, context);
      if (applied !== 'unchanged') done[applied].push(child);
    } catch (error) {
      first ??= withFields(error);
      if (isNeeded(child, context) || !isOfOneChild(first)) return first;
    }
  }
  return first;
}

/** Pods would not start without it. A claim that exists serves them, though it may not be as asked for. */
function isNeeded(child: ClusterObject, { cluster }: ApplyContext): boolean {
  if (isClaim(child)) return cluster.find(child) === undefined;
  return ['ServiceAccount', 'Secret', 'ConfigMap'].includes(child.kind);
}

/** The others would not fare better with an API server that is away, or a copy that leads no more. */
function isOfOneChild({ code, reason }: AppError): boolean {
  return ['invalid', 'forbidden', 'not_found', 'conflict'].includes(code) && reason !== 'NotLeader';
}

const isClaim = ({ kind }: ClusterObject): boolean => kind === 'PersistentVolumeClaim';

const CHANGES = ['created', 'updated', 'deleted'] as const;
type Change = (typeof CHANGES)[number];
const REASONS = { created: 'Created', updated: 'Updated', deleted: 'Deleted' } as const;

/** One event for all children, not one each: an event is a write, too. */
function tell(
  { cluster, rollout }: ApplyContext,
  change: Change,
  objects: readonly ClusterObject[],
): void {
  if (objects.length === 0) return;
  const reason = REASONS[change];
  const names = objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
  cluster.event(rollout, { type: 'Normal', reason, message: `${reason} ${names.join(', ')}` });
}

async function writeStatus(
  { cluster, rollout, signal }: ApplyContext,
  outcome: Outcome,
  { clock, logger, pace }: ReconcilerOptions & { logger: Logger; pace: Pace },
): Promise<ReconcileResult> {
  const resource = rollout as unknown as RolloutResource;
  const before = resource.status;
  const failure = outcome.applyError;
  const key = keyOf(rollout);
  const observed = observe(rollout, cluster.children(rollout), outcome);
  const now = clock.now();
  const status = statusOf(resource, observed, now);
  const change = statusChange(before, status);
  const mayWait = change && !failure && !isTransition(before, status);
  const requeueAfterMs = mayWait ? pace.dueIn(key) : 0;
  if (requeueAfterMs > 0) return { requeueAfterMs };
  pace.forget(key);
  const dueIn = statusDueIn(observed, now);
  const later = dueIn === undefined ? {} : { requeueAfterMs: dueIn };
  if (!change) return later;
  try {
    await cluster.patchStatus(rollout, change, signal);
  } catch (error) {
    // deleted meanwhile
    if (AppError.is(error, 'not_found')) return {};
    // what made the children fail is worth more than a status that will be written next time
    throw failure ?? error;
  }
  if (failure) logger.log('warn', 'not as asked for', { failure });
  tellTransition({ cluster, rollout }, before, status);
  // which revision is kept, and which one runs, depends on the status
  return isTransition(before, status) ? { requeueAfterMs: 0 } : later;
}

function keyOf({ metadata }: ClusterObject): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}

/** An event where the phase, or what is wrong, becomes another. */
function tellTransition(
  { cluster, rollout }: Pick<ApplyContext, 'cluster' | 'rollout'>,
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
