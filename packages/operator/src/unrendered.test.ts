import type { ClusterObject } from '@davit/domain';
import type { RolloutResource, RolloutSpec, RolloutVolume } from '@davit/rollout';
import { expect, test } from 'vitest';
import { unrenderedFields } from './unrendered.ts';

const image = { registry: 'docker.io', repository: 'library/nginx', tag: '1' };
const route = { gateways: [{ name: 'public' }] };
const data = { name: 'data', mountPath: '/data', size: '1Gi' };
const claim = {
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'data-shop' },
  spec: {
    storageClassName: 'standard',
    accessModes: ['ReadWriteOnce'],
    resources: { requests: { storage: '1Gi' } },
  },
};

function unrendered(spec: Partial<RolloutSpec>, live: ClusterObject[], kinds: string[]): string[] {
  const rollout: RolloutResource = {
    apiVersion: 'one-click.dev/v1alpha1',
    kind: 'Rollout',
    metadata: { name: 'shop', namespace: 'project1', uid: 'uid-1' },
    spec: { image, ...spec },
  };
  return unrenderedFields(rollout, live, { serves: (kind) => kinds.includes(kind) });
}

test.each<[string, Partial<RolloutVolume>, string[]]>([
  ['as it is', {}, []],
  ['in other words', { size: '1024Mi', storageClass: '', accessMode: 'ReadWriteOnce' }, []],
  ['larger', { size: '2Gi' }, []],
  ['smaller', { size: '1000Mi' }, ['volumes[0].size']],
  ['of another class', { storageClass: 'fast' }, ['volumes[0].storageClass']],
  ['for more nodes', { accessMode: 'ReadWriteMany' }, ['volumes[0].accessMode']],
])('a claim that exists, and a volume %s', (_what, change, fields) => {
  expect(unrendered({ volumes: [{ ...data, ...change }] }, [claim], [])).toEqual(fields);
});

test('a claim that does not exist yet becomes what is asked for', () => {
  expect(unrendered({ volumes: [{ ...data, size: '1Mi' }] }, [], [])).toEqual([]);
});

test('a route needs a cluster that knows routes', () => {
  const interfaces = [
    { name: 'http', port: 80, httpRoute: route },
    { name: 'admin', port: 81 },
  ];
  expect(unrendered({ interfaces }, [], [])).toEqual(['interfaces[0].httpRoute']);
  expect(unrendered({ interfaces }, [], ['HTTPRoute'])).toEqual([]);
});
