import { describe, expect, test } from 'vitest';
import type { Observed, ObservedJob } from '../observed.ts';
import { cronRunName } from '../render/cron-job.ts';
import { jobName } from '../render/job.ts';
import type { RolloutStatus } from '../schema/status.ts';
import { aPod, aRollout } from '../testing.ts';
import { statusOf } from './status-of.ts';

const NOW = Date.UTC(2026, 0, 2);
const nothing: Observed = { pods: [], pvcs: [], services: [] };

test('a run by hand is remembered after its Job is gone', () => {
  const image = aRollout().spec.image;
  const cron = { name: 'tidy', schedule: '@daily', image, runAt: '2026-01-01T00:00:00Z' };
  const rollout = aRollout({ cronjobs: [cron] });
  const job = { metadata: { name: cronRunName(cron) }, status: { active: 1 } };
  const going = statusOf(rollout, { ...nothing, jobs: [job] }, NOW);
  expect(going.cronjobs).toEqual([{ name: 'tidy', active: 0, runAt: cron.runAt, running: true }]);
  const gone = statusOf({ ...rollout, status: going }, nothing, NOW);
  expect(gone.cronjobs).toEqual([{ name: 'tidy', active: 0, runAt: cron.runAt, running: false }]);
});

describe('in mode job', () => {
  const rollout = aRollout({ mode: 'job' });
  const job = (status: ObservedJob['status'] = {}): Observed => ({
    ...nothing,
    jobs: [{ metadata: { name: jobName(rollout) }, status }],
  });
  const end = (type: string): ObservedJob['status'] => ({
    conditions: [{ type, status: 'True', message: 'BackoffLimitExceeded' }],
  });

  test.each<[string, Observed, Pick<RolloutStatus, 'phase' | 'reason'>]>([
    ['has not begun', nothing, { phase: 'Pending', reason: 'Pending' }],
    ['runs', job({ active: 1, ready: 1 }), { phase: 'Running', reason: '' }],
    ['ended well', job(end('Complete')), { phase: 'Stopped', reason: 'Completed' }],
    ['failed', job(end('Failed')), { phase: 'Failed', reason: 'JobFailed' }],
  ])('%s', (_what, observed, expected) => {
    expect(statusOf(rollout, observed, NOW)).toMatchObject(expected);
  });

  test('one that is complete is ready: there is nothing to wait for', () => {
    const status = statusOf(rollout, job(end('Complete')), NOW);
    expect(status.conditions).toContainEqual(
      expect.objectContaining({ type: 'Ready', status: 'True', reason: 'Completed' }),
    );
  });

  test('one that failed says what the process said last', () => {
    const terminated = { exitCode: 3, message: 'no database' };
    const pod = aPod('shop-1', { ready: false, state: { terminated } }, { phase: 'Failed' });
    pod.metadata.ownerReferences = [{ kind: 'Job', name: 'shop', uid: 'j' }];
    const status = statusOf(rollout, { ...job(end('Failed')), pods: [pod] }, NOW);
    expect(status.message).toBe('The job ended with exit code 3: no database.');
    expect(statusOf(rollout, { ...job(), pods: [pod] }, NOW)).toMatchObject({
      phase: 'Progressing',
      reason: 'Retrying',
      message: 'The job ended with exit code 3: no database. It is tried again.',
    });
  });
});
