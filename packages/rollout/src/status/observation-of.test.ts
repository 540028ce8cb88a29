import { expect, test } from 'vitest';
import { aRollout } from '../testing.ts';
import { observationOf } from './observation-of.ts';

test('tells what the status says', () => {
  const rollout = aRollout({ replicas: 3 });
  rollout.status = {
    observedGeneration: 2,
    phase: 'Degraded',
    reason: 'InstancesNotReady',
    message: '2 of 3 instances are ready.',
    updatedReplicas: 3,
    readyReplicas: 2,
  };
  expect(observationOf(rollout)).toEqual({
    projectId: 'project1',
    deploymentId: 'shop',
    rolloutId: 'rollout1',
    phase: 'Degraded',
    reason: 'InstancesNotReady',
    message: '2 of 3 instances are ready.',
    replicas: { desired: 3, updated: 3, ready: 2 },
    instances: [],
    urls: [],
    status: rollout.status,
  });
});

test('a status about an older generation says nothing about the newest spec', () => {
  const rollout = aRollout();
  rollout.status = { observedGeneration: 1, phase: 'Running' };
  expect(observationOf(rollout)).toMatchObject({ phase: 'Progressing', reason: 'SpecChanged' });
});

test('without a status it waits for the operator', () => {
  expect(observationOf(aRollout())).toMatchObject({ phase: 'Pending', reason: 'NotObserved' });
});

test('a Rollout that is being deleted is on its way out', () => {
  const rollout = aRollout();
  rollout.metadata.deletionTimestamp = '2026-01-01T00:00:00Z';
  expect(observationOf(rollout)).toMatchObject({ phase: 'Progressing', reason: 'Removing' });
});
