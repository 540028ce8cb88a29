import { expect, test } from 'vitest';
import { intentOf } from './intent.ts';
import { MASK } from './seal.ts';

const source = {
  deployment: { id: 'dep', project: 'pro', slug: 'web' },
  project: { name: 'Shop', user: 'usr', username: 'ada', slug: 'shop' },
  rollout: {
    id: 'rol',
    spec: {
      image: { registry: 'r.io', repository: 'a', tag: '1', username: 'u', password: MASK },
      secrets: [{ name: 'A', value: MASK }],
      interfaces: [{ name: 'http', port: 80 }],
    },
  },
  secrets: new Map([
    ['env:A', 'one'],
    ['pull', 'pw'],
  ]),
  suspended: false,
};

test('carries secrets beside the spec, never in it', () => {
  const intent = intentOf(source);
  expect(intent.secrets).toEqual({ A: 'one' });
  expect(intent.pull).toEqual({ registry: 'r.io', username: 'u', password: 'pw' });
  expect(intent.spec).toEqual({
    image: { registry: 'r.io', repository: 'a', tag: '1' },
    interfaces: [{ name: 'http', port: 80 }],
  });
});

test('names deployment and project for host names, where they have slugs', () => {
  const { slug, project } = intentOf(source);
  expect([slug, project.slug]).toEqual(['web', 'shop']);
  const without = intentOf({ ...source, deployment: { ...source.deployment, slug: '' } });
  expect(without).not.toHaveProperty('slug');
});

test('suspends a deployment that has no running rollout', () => {
  expect(intentOf({ ...source, suspended: true }).spec.suspend).toBe(true);
});

test('needs no pull credentials where the image names none', () => {
  const spec = { image: { registry: 'r.io', repository: 'a', tag: '1', username: '' } };
  expect(intentOf({ ...source, rollout: { id: 'rol', spec } }).pull).toBeUndefined();
});
