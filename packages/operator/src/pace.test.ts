import { describe, expect, test } from 'vitest';
import type { RolloutStatus } from '@davit/rollout';
import { isTransition, Pace } from './pace.ts';

test('a detail waits for a second from when it was first seen, whatever follows', () => {
  let now = 5_000;
  const pace = new Pace({ now: () => now, after: () => () => undefined });
  expect(pace.dueIn('ns/a')).toBe(1_000);
  now += 600;
  expect(pace.dueIn('ns/a')).toBe(400);
  expect(pace.dueIn('ns/b')).toBe(1_000);
  now += 600;
  expect(pace.dueIn('ns/a')).toBe(0);
  pace.forget('ns/a');
  expect(pace.dueIn('ns/a')).toBe(1_000);
});

test('a clock that is set back holds nothing for longer', () => {
  let now = 5_000_000;
  const pace = new Pace({ now: () => now, after: () => () => undefined });
  pace.dueIn('ns/a');
  now = 0;
  expect(pace.dueIn('ns/a')).toBe(0);
});

describe('a transition', () => {
  const condition = (type: 'Ready' | 'Available', status: 'True' | 'False') => ({
    ...{ type, status, reason: 'Any', message: '', lastTransitionTime: '', observedGeneration: 1 },
  });
  const status: RolloutStatus = {
    observedGeneration: 1,
    phase: 'Progressing',
    reason: 'Updating',
    readyReplicas: 1,
    conditions: [condition('Ready', 'False'), condition('Available', 'True')],
  };
  test.each<[string, RolloutStatus, boolean]>([
    ['is not another number', { readyReplicas: 2, message: '2 of 3' }, false],
    ['is not another step on the way', { phase: 'Pending', reason: 'Unschedulable' }, false],
    ['is another spec', { observedGeneration: 2 }, true],
    ['is an end', { phase: 'Running', reason: '' }, true],
    ['is a failure', { phase: 'Degraded' }, true],
    ['is a condition', { conditions: [condition('Ready', 'True')] }, true],
    ['is going back', { rollback: { revision: 'a', reason: '', message: '', time: '' } }, true],
  ])('%s', (_, change, expected) => {
    expect(isTransition(status, { ...status, ...change })).toBe(expected);
  });

  test('is the first status', () => {
    expect(isTransition(undefined, status)).toBe(true);
  });

  test('is another reason of a failure', () => {
    const failed: RolloutStatus = { ...status, phase: 'Failed', reason: 'ImagePullFailed' };
    expect(isTransition(failed, { ...failed, reason: 'CrashLoopBackOff' })).toBe(true);
  });
});
