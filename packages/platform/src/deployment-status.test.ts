import { AppError } from '@davit/domain';
import type { RolloutObservation } from '@davit/domain';
import { expect, test } from 'vitest';
import { deploymentStatus } from './deployment-status.ts';
import type { Knowledge } from './deployment-status.ts';

const ref = { projectId: 'pro', deploymentId: 'dep' };
const observation: RolloutObservation = {
  ...ref,
  rolloutId: 'r1',
  phase: 'Running',
  reason: '',
  message: '',
  replicas: { desired: 1, updated: 1, ready: 1 },
  instances: [],
  urls: [],
  status: {},
};
const known: Knowledge = {
  ref,
  desired: 'r1',
  observation,
  observedAt: 't',
  connected: true,
  listed: true,
};

test('shows what the engine reports once it works on the wanted rollout', () => {
  expect(deploymentStatus(known)).toMatchObject({ phase: 'Running', stale: false });
});

test('never shows an older rollout as the state of a newer one', () => {
  expect(deploymentStatus({ ...known, desired: 'r2' })).toMatchObject({
    phase: 'Progressing',
    reason: 'Applying',
  });
});

test('says that the rollout is kept while the engine is away, and that the old one serves', () => {
  const failure = new AppError('unavailable', 'The cluster cannot be reached.');
  const status = deploymentStatus({ ...known, desired: 'r2', failure });
  expect(status).toMatchObject({ phase: 'Pending', reason: 'EngineUnavailable' });
  expect(status.message).toMatch(/is saved.*previous rollout still serves/);
});

test('fails with the reason of a refusal', () => {
  const failure = new AppError('forbidden', 'Quota exceeded.', { reason: 'QuotaExceeded' });
  expect(deploymentStatus({ ...known, failure })).toMatchObject({
    phase: 'Failed',
    reason: 'QuotaExceeded',
  });
});

test('marks what was last seen as stale while the engine cannot be heard', () => {
  expect(deploymentStatus({ ...known, connected: false })).toMatchObject({
    phase: 'Running',
    stale: true,
  });
});

test('says so when nothing was ever deployed', () => {
  expect(
    deploymentStatus({ ref, desired: null, observedAt: '', connected: true, listed: true }),
  ).toMatchObject({
    phase: 'Pending',
    reason: 'NoRollout',
    replicas: { desired: 0 },
  });
});

test('claims nothing before the deployment was looked up', () => {
  const early = { ref, desired: undefined, observedAt: '', connected: true, listed: true };
  expect(deploymentStatus(early)).toMatchObject({ phase: 'Unknown', reason: 'Starting' });
  expect(deploymentStatus({ ...early, observation }).phase).toBe('Running');
});

test('does not call a deployment pending before the engine told what it holds', () => {
  const restarted = { ref, desired: 'r1', observedAt: '', connected: false, listed: false };
  expect(deploymentStatus(restarted)).toMatchObject({ phase: 'Unknown', reason: 'Starting' });
  const failure = new AppError('unavailable', 'The cluster cannot be reached.');
  expect(deploymentStatus({ ...restarted, failure })).toMatchObject({
    phase: 'Unknown',
    reason: 'EngineUnavailable',
  });
});

test('still says that the wanted rollout runs when the engine leaves in the middle', () => {
  const failure = new AppError('unavailable', 'The cluster cannot be reached.');
  expect(deploymentStatus({ ...known, failure })).toMatchObject({
    phase: 'Running',
    reason: 'EngineUnavailable',
  });
});
