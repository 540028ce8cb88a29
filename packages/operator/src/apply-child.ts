import { hash } from 'node:crypto';
import { AppError } from '@davit/domain';
import type { ClusterObject, RolloutCluster } from '@davit/domain';
import { ANNOTATIONS, canonicalJson, holdsExactly } from '@davit/rollout';
import { claimChange } from './claim-change.ts';
import type { Contention } from './contention.ts';
import { foreignChange } from './in-the-way.ts';
import { isClaimOf, isOfPredecessor, isOwned, otherOwners } from './ownership.ts';
import type { Rewritten } from './rewritten.ts';
import { portsChange } from './service-ports.ts';

export type Applied = 'created' | 'updated' | 'unchanged';

export interface ApplyContext {
  cluster: RolloutCluster;
  contention: Contention;
  rewritten: Rewritten;
  rollout: ClusterObject;
  signal: AbortSignal;
  /** somebody's autoscaler decides how many run */
  isAutoscaled?: boolean;
}

/**
 * Makes one child as rendered, writing only what differs. Throws `forbidden` with reason `NameConflict` when an object
 * of that name belongs to somebody else: it is not touched.
 */
export async function applyChild(child: ClusterObject, context: ApplyContext): Promise<Applied> {
  const desired = child.kind === 'ServiceAccount' ? child : withHash(child);
  const cached = context.cluster.find(desired);
  if (cached) return update(desired, cached, context);
  try {
    await context.cluster.create(desired, context.signal);
    return 'created';
  } catch (error) {
    if (!AppError.is(error, 'conflict') || error.reason !== 'AlreadyExists') throw error;
    // the cache is behind, or the object has no label of ours: the original operator left some without
    const live = await context.cluster.read(desired, context.signal);
    if (live) return update(desired, live, context);
    throw error;
  }
}

async function update(
  desired: ClusterObject,
  live: ClusterObject,
  context: ApplyContext,
): Promise<Applied> {
  if (desired.kind === 'ServiceAccount') return share(desired, live, context);
  if (desired.kind === 'PersistentVolumeClaim') return updateClaim(desired, live, context);
  const leaves = live.metadata.deletionTimestamp !== undefined;
  const owned = isOwned(live, context.rollout);
  if (leaves || (!owned && isOfPredecessor(live, context.rollout))) throw terminating(live);
  if (!owned) throw nameConflict(live);
  if (desired.kind === 'Job') return updateJob(desired, live, context);
  const scaled = context.isAutoscaled === true ? withReplicasOf(live, desired) : desired;
  return write(scaled, live, context);
}

async function write(
  desired: ClusterObject,
  live: ClusterObject,
  context: ApplyContext,
): Promise<Applied> {
  const { cluster, contention, rewritten, signal } = context;
  const asked = hashIn(live) !== hashIn(desired);
  const isAsIs = (): boolean =>
    holdsExactly(live, withoutVersion(desired)) || rewritten.isKnown(live, desired);
  if (!asked && isAsIs()) return 'unchanged';
  if (!asked) contention.check(live);
  const inTheWay = portsChange(live, desired);
  if (inTheWay) await cluster.patch(live, inTheWay, signal);
  await applyAlone(desired, live, context);
  if (!asked) contention.repaired(live);
  const kept = cluster.find(desired);
  if (!kept) return 'updated';
  if (!holdsExactly(kept, withoutVersion(desired))) rewritten.remember(kept, desired);
  const { resourceVersion } = live.metadata;
  const isNoOther = kept.metadata.resourceVersion === resourceVersion;
  return resourceVersion !== undefined && isNoOther ? 'unchanged' : 'updated';
}

/** What others have set beside ours may be what the API server refuses, rather than ours. */
async function applyAlone(
  desired: ClusterObject,
  live: ClusterObject,
  { cluster, signal }: ApplyContext,
): Promise<void> {
  try {
    await cluster.apply(desired, signal);
  } catch (error) {
    if (!AppError.is(error, 'invalid') || error.message.includes('immutable')) throw error;
    const inTheWay = foreignChange(live, desired, error.data ?? {});
    if (!inTheWay || !(await cluster.accepts(withoutVersion(desired), signal))) throw error;
    await cluster.patch(cluster.find(live) ?? live, inTheWay, signal);
    await cluster.apply(withoutVersion(desired), signal);
  }
}

/**
 * Between zero and running the Rollout decides: an autoscaler neither stops nor starts. Otherwise what it decided is
 * repeated, and only of the very object it is known from: it may have decided otherwise meanwhile.
 */
function withReplicasOf(live: ClusterObject, desired: ClusterObject): ClusterObject {
  if (desired.kind !== 'Deployment') return desired;
  const current = replicasOf(live);
  if (current === 0 || replicasOf(desired) === 0) return desired;
  const { resourceVersion } = live.metadata;
  return {
    ...desired,
    metadata: { ...desired.metadata, ...(resourceVersion ? { resourceVersion } : {}) },
    spec: { ...(desired.spec as object), replicas: current },
  };
}

function replicasOf({ spec }: ClusterObject): number {
  return (spec as { replicas?: number } | undefined)?.replicas ?? 1;
}

function withoutVersion(object: ClusterObject): ClusterObject {
  const metadata = { ...object.metadata };
  delete metadata.resourceVersion;
  return { ...object, metadata };
}

/**
 * An account may be used by others, so nothing about it is changed; but the original operator let it belong to the
 * first Rollout that named it, which would take it from the others when it is deleted.
 */
async function share(
  desired: ClusterObject,
  live: ClusterObject,
  context: ApplyContext,
): Promise<Applied> {
  if (desired.metadata.ownerReferences || !isOwned(live, context.rollout)) return 'unchanged';
  const ownerReferences = otherOwners(live, context.rollout);
  await context.cluster.patch(live, { metadata: { ownerReferences } }, context.signal);
  return 'updated';
}

/** The pods of a Job cannot change, and its name says what they are: it can only be held and let go. */
async function updateJob(
  desired: ClusterObject,
  live: ClusterObject,
  context: ApplyContext,
): Promise<Applied> {
  const { suspend = false } = desired.spec as { suspend?: boolean };
  const { suspend: held = false } = live.spec as { suspend?: boolean };
  if (suspend === held || isEnded(live)) return 'unchanged';
  await context.cluster.patch(live, { spec: { suspend } }, context.signal);
  return 'updated';
}

function isEnded({ status }: ClusterObject): boolean {
  const { completionTime, conditions = [] } = (status ?? {}) as {
    completionTime?: string;
    conditions?: { type: string; status: string }[];
  };
  const failed = conditions.some(({ type, status: is }) => type === 'Failed' && is === 'True');
  return completionTime !== undefined || failed;
}

async function updateClaim(
  desired: ClusterObject,
  live: ClusterObject,
  context: ApplyContext,
): Promise<Applied> {
  if (!isClaimOf(live, context.rollout)) {
    throw isOfPredecessor(live, context.rollout) ? terminating(live) : nameConflict(live);
  }
  if (live.metadata.deletionTimestamp !== undefined) throw terminating(live);
  const change = claimChange(live, desired, context.rollout);
  if (!change) return 'unchanged';
  await context.cluster.patch(live, change, context.signal);
  return 'updated';
}

/** Tells that the rendered object is another one, fields that were dropped from it included. */
function hashIn({ metadata }: ClusterObject): string | undefined {
  return metadata.annotations?.[ANNOTATIONS.appliedHash];
}

function withHash(child: ClusterObject): ClusterObject {
  // what `hashOf` answers, in a tenth of the time
  const appliedHash = hash('sha256', canonicalJson(hashedPart(child))).slice(0, 32);
  const annotations = { ...child.metadata.annotations, [ANNOTATIONS.appliedHash]: appliedHash };
  return { ...child, metadata: { ...child.metadata, annotations } };
}

interface DeploymentSpec {
  template?: { metadata?: { annotations?: Record<string, string> } };
}

function hashedPart(child: ClusterObject): object {
  // the number of replicas is always compared, and an autoscaler changes it all the time
  const spec = { ...(child.spec as DeploymentSpec | undefined), replicas: undefined };
  if (child.kind !== 'Deployment') return { ...child, spec };
  // annotations say what its pods were made from and how: what was made before, by another renderer, reads otherwise
  const restartedAt = spec.template?.metadata?.annotations?.[ANNOTATIONS.restartedAt];
  return { ...child, spec: { ...spec, template: restartedAt } };
}

function terminating(live: ClusterObject): AppError {
  return new AppError('conflict', `${named(live)} is being deleted; it will be made again.`, {
    reason: 'Terminating',
    retryAfterMs: 2_000,
  });
}

function nameConflict(live: ClusterObject): AppError {
  // not `conflict`, which passes by itself
  return new AppError(
    'forbidden',
    `${named(live)} exists and does not belong to this Rollout. Rename or remove one of them.`,
    { reason: 'NameConflict', retryAfterMs: 30_000 },
  );
}

function named(object: ClusterObject): string {
  return `${object.kind} "${object.metadata.name}"`;
}
