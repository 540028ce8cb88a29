import { hash } from 'node:crypto';
import { AppError } from '@davit/domain';
import type { ClusterObject, RolloutCluster } from '@davit/domain';
import { ANNOTATIONS, canonicalJson, holdsFields } from '@davit/rollout';
import { claimChange } from './claim-change.ts';
import type { Contention } from './contention.ts';
import { isClaimOf, isOfPredecessor, isOwned, otherOwners } from './ownership.ts';
import { portsChange } from './service-ports.ts';

export type Applied = 'created' | 'updated' | 'unchanged';

export interface ApplyContext {
  cluster: RolloutCluster;
  contention: Contention;
  rollout: ClusterObject;
  signal: AbortSignal;
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
  const leaves = live.metadata.deletionTimestamp !== undefined;
  if (leaves || (!isOwned(live, context.rollout) && isOfPredecessor(live, context.rollout))) {
    throw new AppError('conflict', `${named(live)} is being deleted; it will be made again.`, {
      reason: 'Terminating',
      retryAfterMs: 2_000,
    });
  }
  if (desired.kind === 'PersistentVolumeClaim') return updateClaim(desired, live, context);
  if (!isOwned(live, context.rollout)) throw nameConflict(live);
  if (desired.kind === 'Job') return updateJob(desired, live, context);
  const asked = hashIn(live) !== hashIn(desired);
  if (!asked && holdsFields(live, desired)) return 'unchanged';
  if (!asked) context.contention.repair(live);
  const inTheWay = portsChange(live, desired);
  if (inTheWay) await context.cluster.patch(live, inTheWay, context.signal);
  await context.cluster.apply(desired, context.signal);
  return 'updated';
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
  if (!isClaimOf(live, context.rollout)) throw nameConflict(live);
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
