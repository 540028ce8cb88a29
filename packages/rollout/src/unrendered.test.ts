import { expect, test } from 'vitest';
import { aRollout } from './testing.ts';
import { unrenderedFields } from './unrendered.ts';

test('names what is accepted and without effect', () => {
  const { spec } = aRollout({
    horizontalScale: { minReplicas: 1, maxReplicas: 3 },
    interfaces: [
      { name: 'a', port: 80 },
      { name: 'b', port: 81, ingress: { rules: [{ host: 'a.b', path: '/' }] } },
    ],
    cronjobs: [
      {
        name: 'job',
        image: { registry: 'docker.io', repository: 'busybox', tag: '1' },
        schedule: '@daily',
      },
    ],
  });
  expect(unrenderedFields(spec)).toEqual([
    'horizontalScale.maxReplicas',
    'interfaces[1].ingress',
    'cronjobs',
  ]);
});

test('a plain spec is rendered completely', () => {
  const { spec } = aRollout({ horizontalScale: { minReplicas: 2, maxReplicas: 2 }, cronjobs: [] });
  expect(unrenderedFields(spec)).toEqual([]);
});
