import { describe, expect, test } from 'vitest';
import type { Observed, ObservedJob } from '../observed.ts';
import { renderChildren } from '../render/children.ts';
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

test('a run by hand is remembered when an older one is asked for, and when its cron job is gone', () => {
  const image = aRollout().spec.image;
  const cronAt = (runAt: string) => ({ name: 'tidy', schedule: '@daily', image, runAt });
  const [older, newer] = [cronAt('2026-01-01T00:00:00Z'), cronAt('2026-01-01T03:00:00+01:00')];
  const before = { cronjobs: [{ name: 'tidy', runAt: newer.runAt }] };
  const jobs = [older, newer].map((cron) => ({ metadata: { name: cronRunName(cron) } }));
  const back = { ...aRollout({ cronjobs: [older] }), status: before };
  expect(statusOf(back, { ...nothing, jobs }, NOW).cronjobs).toEqual([
    { name: 'tidy', active: 0, runAt: newer.runAt, running: true },
  ]);
  const without = statusOf({ ...aRollout(), status: before }, nothing, NOW);
  expect(without.cronjobs).toEqual(before.cronjobs);
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

  test.each([
    ['Complete', 'Completed'],
    ['Failed', 'JobFailed'],
  ])('%s: one that has ended is not run again when its Job is deleted', (type, reason) => {
    const status = statusOf(rollout, job(end(type)), NOW);
    const ended = { ...rollout, status };
    const kinds = (jobs: string[]) =>
      renderChildren(ended, { jobs: new Set(jobs) }).map(({ kind }) => kind);
    expect(kinds([jobName(rollout)])).toContain('Job');
    expect(kinds([])).not.toContain('Job');
    const later = statusOf(ended, nothing, NOW);
    expect(later).toEqual(status);
    expect(later).toMatchObject({ reason });

    const again = aRollout({ mode: 'job', restartedAt: '2026-01-01T00:00:00Z' });
    const children = renderChildren({ ...again, status }, { jobs: new Set() });
    expect(children.map(({ kind }) => kind)).toContain('Job');
    expect(statusOf({ ...again, status }, nothing, NOW)).toMatchObject({ phase: 'Pending' });
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
