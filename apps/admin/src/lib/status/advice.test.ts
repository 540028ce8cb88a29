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
