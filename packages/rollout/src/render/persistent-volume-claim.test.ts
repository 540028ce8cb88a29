import { expect, test } from 'vitest';
import { aRollout } from '../testing.ts';
import { renderPersistentVolumeClaim } from './persistent-volume-claim.ts';

const volume = { name: 'data', mountPath: '/data', size: '1024Mi' };

test('a claim outlives its Rollout', () => {
  const { metadata } = renderPersistentVolumeClaim(aRollout(), volume);
  expect(metadata).toEqual({
    name: 'data-shop',
    namespace: 'project1',
    labels: {
      'one-click.dev/projectId': 'project1',
      'one-click.dev/deploymentId': 'shop',
      'davit.dev/retained': 'true',
    },
  });
});

test('an empty storage class is the default of the cluster', () => {
  const bare = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
  expect(renderPersistentVolumeClaim(aRollout(), volume).spec).toEqual(bare);
  expect(renderPersistentVolumeClaim(aRollout(), { ...volume, storageClass: '' }).spec).toEqual(
    bare,
  );
  expect(renderPersistentVolumeClaim(aRollout(), { ...volume, storageClass: 'fast' }).spec).toEqual(
    { ...bare, storageClassName: 'fast' },
  );
});
