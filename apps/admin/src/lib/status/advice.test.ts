import { expect, test } from 'vitest';
import { advice, isTroubled } from './advice.ts';

test('says what to do about a reason, and nothing where nothing needs doing', () => {
  expect(advice('ImagePullFailed')).toMatch('image name');
  expect(advice('CrashLoopBackOff')).toMatch('logs');
  expect(advice('')).toBe('');
});

test('an app that comes up is not in trouble', () => {
  expect(isTroubled('Pending', 'Pending')).toBe(false);
  expect(isTroubled('Progressing', 'InstancesNotReady')).toBe(false);
  expect(isTroubled('Stopped', 'Stopped')).toBe(false);
});

test('an app that waits for somebody is', () => {
  expect(isTroubled('Pending', 'VolumePending')).toBe(true);
  expect(isTroubled('Progressing', 'Unschedulable')).toBe(true);
  expect(isTroubled('Degraded', 'InstancesNotReady')).toBe(true);
});

test.each([
  ['RolledBack', 'roll it out again'],
  ['RollingBack', 'being put back'],
  ['AutoscalerInactive', 'metrics server'],
  ['QuotaExceeded', 'quota of the project'],
  ['Contended', 'webhook'],
  ['NameConflict', 'another name'],
  ['Retrying', 'tried again by itself'],
  ['Completed', 'nothing needs doing'],
])('%s has its own advice', (reason, words) => {
  expect(advice(reason)).toContain(words);
});

test('a job that is tried again is in trouble, one that ended well is not', () => {
  expect(isTroubled('Progressing', 'Retrying')).toBe(true);
  expect(isTroubled('Progressing', 'RollingBack')).toBe(true);
  expect(isTroubled('Stopped', 'Completed')).toBe(false);
});
