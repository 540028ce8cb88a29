import { ANNOTATIONS } from '../labels.ts';
import type { Observed } from '../observed.ts';
import { podHash } from '../render/pod-hash.ts';
import { revisionHash } from '../revision.ts';
import type { Rollback } from '../revision.ts';
import type { RolloutResource } from '../resource.ts';
import { lateness } from './assess.ts';
import type { Assessment } from './assessment.ts';

/**
 * The decision to go back: the current spec missed its deadline, and another one worked before. It stands until the
 * spec changes, so that nothing goes back and forth.
 */
export function rollbackOf(
  resource: RolloutResource,
  observed: Observed,
  at: Assessment & { now: number },
): Rollback | undefined {
  const { spec, status } = resource;
  if (observed.rolledBack === true) return status?.rollback;
  const hash = revisionHash(spec);
  const { revision } = observed;
  if (spec.rollback !== 'auto' || revision === undefined || revision.hash === hash)
    return undefined;
  if (lateness(observed) === undefined || !['Failed', 'Degraded'].includes(at.phase)) {
    return undefined;
  }
  // a deadline missed by what was asked for before says nothing of a spec that could not be applied yet
  const madeFrom = observed.deployment?.metadata.annotations?.[ANNOTATIONS.specHash];
  if (madeFrom !== undefined && madeFrom !== podHash(resource)) return undefined;
  const time = new Date(at.now).toISOString().replace(/\.\d+Z$/, 'Z');
  return { revision: hash, reason: at.reason, message: at.message, time };
}

/** Where a Rollout stands that went back: it serves, but not what was asked for, and the cause stays visible. */
export function withRollback(
  assessment: Assessment,
  { status }: RolloutResource,
  { rolledBack = false }: Observed,
): Assessment {
  const cause = status?.rollback;
  if (!rolledBack || cause === undefined) return assessment;
  const message = `The newest spec failed (${cause.reason}: ${cause.message}); the last one that worked is in its place.`;
  if (assessment.phase === 'Running') {
    return { ...assessment, phase: 'Degraded', reason: 'RolledBack', message };
  }
  const onItsWay = assessment.phase === 'Progressing' || assessment.phase === 'Pending';
  return onItsWay ? { ...assessment, reason: 'RollingBack', message } : assessment;
}
