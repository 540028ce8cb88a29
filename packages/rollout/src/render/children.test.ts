import { expect, test } from 'vitest';
import { aRollout } from '../testing.ts';
import { renderChildren } from './children.ts';

test('what pods refer to comes before the Deployment', () => {
  const rollout = aRollout({
    image: { ...aRollout().spec.image, username: 'u', password: 'p' },
    volumes: [{ name: 'data', mountPath: '/data', size: '1Gi' }],
    interfaces: [
      { name: 'http', port: 80 },
      { name: 'https', port: 443 },
    ],
  });
  expect(renderChildren(rollout).map(({ kind, metadata }) => `${kind}/${metadata.name}`)).toEqual([
    'ServiceAccount/shop-sa',
    'PersistentVolumeClaim/data-shop',
    'Secret/shop-secrets',
    'Secret/shop-imagepullsecret',
    'Deployment/shop',
    'Service/http-shop-svc',
    'Service/https-shop-svc',
  ]);
});

test('the same Rollout renders the same text', () => {
  expect(JSON.stringify(renderChildren(aRollout()))).toBe(
    JSON.stringify(renderChildren(aRollout())),
  );
});
