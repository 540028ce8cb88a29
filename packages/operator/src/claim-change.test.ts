import type { ClusterObject } from '@davit/domain';
import { expect, test } from 'vitest';
import { claimChange } from './claim-change.ts';

const rollout: ClusterObject = {
  apiVersion: 'one-click.dev/v1alpha1',
  kind: 'Rollout',
  metadata: { name: 'web', namespace: 'shop', uid: 'u1' },
};
const owner = { apiVersion: 'v1', kind: 'Rollout', name: 'web', uid: 'u1' };
const other = { apiVersion: 'v1', kind: 'Backup', name: 'b', uid: 'u2' };
const aClaim = (storage: string, metadata: object = {}): ClusterObject => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'data-web', namespace: 'shop', labels: { kept: 'yes' }, ...metadata },
  spec: { resources: { requests: { storage } } },
});
const change = (live: ClusterObject, desired: ClusterObject): object | undefined =>
  claimChange(live, desired, rollout);

test('a claim grows and never shrinks', () => {
  const spec = { resources: { requests: { storage: '2Gi' } } };
  expect(change(aClaim('1Gi'), aClaim('2Gi'))).toEqual({ spec });
  expect(change(aClaim('2Gi'), aClaim('1Gi'))).toBeUndefined();
  expect(change(aClaim('1Gi'), aClaim('1024Mi'))).toBeUndefined();
});

test('a claim is freed of the Rollout, so that deleting it keeps the data', () => {
  const live = aClaim('1Gi', { ownerReferences: [owner, other] });
  expect(change(live, aClaim('1Gi'))).toEqual({ metadata: { ownerReferences: [other] } });
});

test('labels that went missing come back', () => {
  const live = aClaim('1Gi', { labels: {} });
  expect(change(live, aClaim('1Gi'))).toEqual({ metadata: { labels: { kept: 'yes' } } });
});
