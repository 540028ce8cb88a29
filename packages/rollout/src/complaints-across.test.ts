import { expect, test } from 'vitest';
import { complaintsAcross } from './complaints-across.ts';
import { aRollout } from './testing.ts';

const image = { registry: 'docker.io', repository: 'library/busybox', tag: '1' };
const complaints = (spec: Parameters<typeof aRollout>[0]): unknown =>
  complaintsAcross(aRollout(spec).spec);

test('a probe without a port needs an interface', () => {
  const probes = { liveness: { http: { path: '/' } }, readiness: { tcp: { port: 1 } } };
  expect(complaints({ probes })).toMatchObject({
    probes: { liveness: { http: { port: { code: 'validation_required' } } } },
  });
  expect(complaints({ probes, interfaces: [{ name: 'http', port: 80 }] })).toBeUndefined();
});

test('containers of one pod have different names and mount volumes that exist', () => {
  const mounts = [{ volume: 'data', mountPath: '/d' }];
  expect(
    complaints({
      sidecars: [{ name: 'a', image }],
      initContainers: [{ name: 'a', image, mounts }],
    }),
  ).toMatchObject({
    initContainers: {
      0: {
        name: { code: 'validation_duplicate' },
        mounts: { 0: { volume: { code: 'validation_missing_volume' } } },
      },
    },
  });
});

test('one place holds one thing', () => {
  expect(
    complaints({
      volumes: [{ name: 'data', mountPath: '/data', size: '1Gi' }],
      mounts: [{ secretName: 's', mountPath: '/data' }],
      files: [
        { path: '/f', content: '' },
        { path: '/data', content: '' },
      ],
    }),
  ).toMatchObject({
    mounts: { 0: { mountPath: { code: 'validation_duplicate' } } },
    files: { 1: { path: { code: 'validation_duplicate' } } },
  });
});

test.each<[string, Parameters<typeof aRollout>[0]]>([
  [
    'secrets',
    { secrets: [1, 2, 3, 4].map((n) => ({ name: `A${n}`, value: 'ü'.repeat(131_072) })) },
  ],
  [
    'rollback',
    {
      rollback: 'auto',
      env: [...'ABCDEFGH'].map((name) => ({ name, value: 'x'.repeat(131_072) })),
    },
  ],
])('what does not fit into one Secret is refused: %s', (field, spec) => {
  expect(complaints(spec)).toEqual({
    [field]: expect.objectContaining({ code: 'validation_too_large' }) as object,
  });
});

test('files fit into one ConfigMap', () => {
  const files = [1, 2, 3, 4].map((n) => ({ path: `/${n}`, content: 'ü'.repeat(131_072) }));
  expect(complaints({ files })).toMatchObject({ files: { code: 'validation_too_large' } });
});
