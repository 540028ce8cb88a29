import { expect, test } from 'vitest';
import { statusChange } from './status-change.ts';

test('an equal status is no change, whatever the order of its keys', () => {
  const deployment = { replicas: 1, podNames: ['a'], status: 'OK' };
  const resources = {
    requestSum: { cpu: '1', memory: '1' },
    limitSum: { cpu: '1', memory: '1' },
  };
  const before = { phase: 'Running' as const, deployment: { ...deployment, resources } };
  const after = { deployment: { resources, ...deployment }, phase: 'Running' as const };
  expect(statusChange(before, after)).toBeUndefined();
});

test('only what differs is sent, and what went as null', () => {
  const before = { phase: 'Running' as const, message: 'same', rendererVersion: 1 };
  const after = { phase: 'Failed' as const, message: 'same' };
  expect(statusChange(before, after)).toEqual({ phase: 'Failed', rendererVersion: null });
});

test('a first status is sent whole', () => {
  expect(statusChange(undefined, { phase: 'Pending' })).toEqual({ phase: 'Pending' });
});
