import { expect, test } from 'vitest';
import type { KubeObject } from './kube-object.ts';
import { ObjectPacker } from './packed-object.ts';
import type { PackedObject } from './packed-object.ts';
import { RESOURCES } from './resource-types.ts';
import type { KnownKind } from './resource-types.ts';
import { keyOf } from './store.ts';
import type { StoreEntry } from './store.ts';

const packerOf = (kind: KnownKind) => new ObjectPacker({ type: RESOURCES[kind], about: () => [] });

function entryOf(packer: ObjectPacker, object: KubeObject): StoreEntry<PackedObject> {
  const { uid = '', resourceVersion = '' } = object.metadata;
  return { key: keyOf(object.metadata), uid, resourceVersion, value: packer.pack(object) };
}

const rollout = {
  metadata: {
    name: 'web',
    namespace: 'shop',
    uid: 'u1',
    resourceVersion: '7',
    generation: 2,
    labels: { a: 'b' },
    annotations: { kept: 'yes', 'kubectl.kubernetes.io/last-applied-configuration': '{}' },
    managedFields: [{ manager: 'kubectl' }],
  },
  spec: { image: { tag: '1' } },
  status: { phase: 'Running' },
};

test('what comes out is what went in, without what nobody looks at', () => {
  const packer = packerOf('Rollout');
  expect(packer.unpack(entryOf(packer, rollout))).toEqual({
    ...rollout,
    apiVersion: 'one-click.dev/v1alpha1',
    kind: 'Rollout',
    metadata: { ...rollout.metadata, managedFields: undefined, annotations: { kept: 'yes' } },
  });
});

test('a new version of the same is packed the same, and whoever unpacks it may change his own', () => {
  const packer = packerOf('Rollout');
  const entry = entryOf(packer, rollout);
  const renewed = { ...rollout, metadata: { ...rollout.metadata, resourceVersion: '8' } };
  expect(entryOf(packer, renewed).value).toEqual(entry.value);
  packer.unpack(entry).metadata.name = 'other';
  expect(packer.unpack(entry).metadata.name).toBe('web');
});

test('objects like the first are packed small, and each comes out as it was', () => {
  const packer = packerOf('ConfigMap');
  const data = (index: number) => ({ 'app.yaml': `${'a: 1\n'.repeat(100)}é: ${index}\n` });
  const others = Array.from({ length: 20 }, (_, index) => ({
    metadata: { name: `web-${index}`, namespace: 'shop' },
    data: data(index),
  }));
  const entries = others.map((object) => entryOf(packer, object));
  expect(entries.map((entry) => packer.unpack(entry))).toMatchObject(others);
  for (const { value } of entries) expect(value.packed.length).toBeLessThan(60);
});

test('beside the packed object stands what is asked of thousands', () => {
  expect(packerOf('Rollout').pack(rollout)).toMatchObject({ generation: 2, phase: 'Running' });
  const fresh = { ...rollout, metadata: { name: 'web' }, status: undefined };
  expect(packerOf('Rollout').pack(fresh)).toMatchObject({ phase: undefined });
});

test('of a pod it keeps what a status is made of', () => {
  const pod = {
    metadata: { name: 'web-1', namespace: 'shop', annotations: { any: 'thing' } },
    spec: { containers: [{ name: 'web', image: 'a:1', env: [{ name: 'A' }] }], nodeName: 'n' },
    status: {
      phase: 'Running',
      podIP: '10.0.0.1',
      conditions: [
        { type: 'PodScheduled', status: 'True', lastTransitionTime: 'now' },
        { type: 'Ready', status: 'False', lastTransitionTime: 'now' },
      ],
      containerStatuses: [
        { name: 'web', image: 'a:1', imageID: 'sha', ready: true, restartCount: 0 },
      ],
    },
  };
  const packer = packerOf('Pod');
  expect(packer.unpack(entryOf(packer, pod))).toEqual({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web-1', namespace: 'shop', uid: '', resourceVersion: '' },
    spec: { containers: [{ name: 'web', image: 'a:1' }] },
    status: {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: 'False' }],
      containerStatuses: [{ name: 'web', image: 'a:1', ready: true, restartCount: 0 }],
    },
  });
});
