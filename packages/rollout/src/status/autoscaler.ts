import type { Observed, ObservedCondition } from '../observed.ts';
import type { ConditionState } from './conditions.ts';

/** A new instance has no metrics for about a minute, and its autoscaler says so in the same words as without any. */
const PATIENCE_MS = 120_000;

/** It serves, but load changes nothing: no metrics, as a rule. */
export function idleAutoscaler(observed: Observed, now: number): ConditionState | undefined {
  const idle = idleCondition(observed);
  if (idle === undefined || dueIn(idle, now) > 0) return undefined;
  return { status: true, reason: 'AutoscalerInactive', message: idle.message ?? '' };
}

/** Milliseconds until the same observation gives another status; undefined where time changes nothing. */
export function statusDueIn(observed: Observed, now: number): number | undefined {
  const idle = idleCondition(observed);
  const due = idle === undefined ? 0 : dueIn(idle, now);
  return due > 0 ? due : undefined;
}

function idleCondition({ autoscaler }: Observed): ObservedCondition | undefined {
  const active = autoscaler?.status?.conditions?.find(({ type }) => type === 'ScalingActive');
  // with nothing running there is nothing to measure
  return active?.status === 'False' && active.reason !== 'ScalingDisabled' ? active : undefined;
}

function dueIn({ lastTransitionTime = '' }: ObservedCondition, now: number): number {
  const since = Date.parse(lastTransitionTime);
  // the clock of another machine must not hold it back for longer
  return Number.isNaN(since) ? 0 : Math.min(since + PATIENCE_MS - now, PATIENCE_MS);
}
