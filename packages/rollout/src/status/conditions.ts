import type { Code } from '@davit/domain';
import type { Condition, ConditionType } from '../schema/status.ts';

/**
 * What a failure means for a reconcile: `wait` for a new spec, `later` (after `retryAfterMs`, else 30 s), again at
 * `once`, or `back-off`.
 */
export type Retry = 'wait' | 'later' | 'once' | 'back-off';

/** Every code has a default reason and a way on. A failure's own `reason` is finer and wins. */
export const OUTCOMES: Record<Code, { reason: string; retry: Retry }> = {
  invalid: { reason: 'InvalidSpec', retry: 'wait' },
  unauthenticated: { reason: 'AuthenticationFailed', retry: 'back-off' },
  forbidden: { reason: 'Forbidden', retry: 'back-off' },
  not_found: { reason: 'ReferenceNotFound', retry: 'later' },
  conflict: { reason: 'Conflict', retry: 'once' },
  too_large: { reason: 'TooLarge', retry: 'wait' },
  rate_limited: { reason: 'RateLimited', retry: 'later' },
  internal: { reason: 'InternalError', retry: 'back-off' },
  unsupported: { reason: 'Unsupported', retry: 'wait' },
  unavailable: { reason: 'Unavailable', retry: 'back-off' },
  timeout: { reason: 'Timeout', retry: 'back-off' },
};

export interface ConditionState {
  status: boolean;
  reason: string;
  message: string;
}

/**
 * The conditions after these states: a transition time changes only with its status, and conditions of others stay.
 */
export function mergeConditions(
  previous: readonly Condition[],
  states: Record<ConditionType, ConditionState>,
  at: { now: number; generation: number },
): Condition[] {
  const ours = Object.entries(states).map(([type, state]): Condition => {
    const status = state.status ? 'True' : 'False';
    const before = previous.find((condition) => condition.type === type);
    return {
      type,
      status,
      reason: state.reason,
      message: state.message,
      lastTransitionTime:
        before?.status === status
          ? before.lastTransitionTime
          : new Date(at.now).toISOString().replace(/\.\d+Z$/, 'Z'),
      observedGeneration: at.generation,
    };
  });
  const others = previous.filter(({ type }) => !Object.hasOwn(states, type));
  return [...ours, ...others];
}
