import { expect, test } from 'vitest';
import { aRollout } from '../testing.ts';
import { renderServiceAccount } from './service-account.ts';

test('a named account is shared and belongs to nobody', () => {
  const { metadata } = renderServiceAccount(aRollout({ serviceAccountName: 'one-click' }));
  expect(metadata).toEqual({ name: 'one-click', namespace: 'project1' });
});

test('an unnamed one is made for the Rollout and goes with it', () => {
  const { metadata } = renderServiceAccount(aRollout());
  expect(metadata.name).toBe('shop-sa');
  expect(metadata.ownerReferences?.[0]).toMatchObject({ kind: 'Rollout', uid: 'uid-1' });
});
