import { expect, test } from 'vitest';
import { adoptedManifest } from './adopt.ts';
import { MASK } from './seal.ts';

const running = {
  apiVersion: 'one-click.dev/v1alpha1',
  kind: 'Rollout',
  spec: {
    image: { registry: 'r.io', repository: 'a', tag: '1', username: 'u', password: MASK },
    secrets: [
      { name: 'A', value: MASK },
      { name: 'B', value: MASK },
    ],
  },
};

test('takes the edited spec and keeps the secrets it cannot show', () => {
  const drift = { image: { registry: 'r.io', repository: 'a', tag: '2' } };
  expect(adoptedManifest(drift, running)).toEqual({
    apiVersion: 'one-click.dev/v1alpha1',
    kind: 'Rollout',
    spec: {
      image: { registry: 'r.io', repository: 'a', tag: '2', username: 'u', password: MASK },
      secrets: running.spec.secrets,
    },
  });
});

test('lets a secret that the edit names win', () => {
  const drift = {
    image: { registry: 'other.io', repository: 'a', tag: '2' },
    secrets: [{ name: 'B', value: 'new' }],
  };
  expect(adoptedManifest(drift, running).spec).toEqual({
    image: { registry: 'other.io', repository: 'a', tag: '2' },
    secrets: [
      { name: 'A', value: MASK },
      { name: 'B', value: 'new' },
    ],
  });
});
