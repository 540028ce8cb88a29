import { describe, expect, test } from 'vitest';
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
  const same = Object.fromEntries(
    Array.from({ length: 50 }, (_, file) => [`${file}.yaml`, 'a: 1']),
  );
  const data = (index: number) => ({ ...same, 'app.yaml': `é: "${index}"` });
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

describe('what changes though nothing does', () => {
  const limited = { type: 'ScalingLimited', status: 'False', lastTransitionTime: 'later' };
  const inactive = {
    ...{ type: 'ScalingActive', status: 'False', reason: 'FailedGetResourceMetric' },
    ...{ message: 'no metrics', lastTransitionTime: '2026-01-01T00:00:00Z' },
  };
  const measured = (value: number, ...conditions: object[]) => ({
    currentMetrics: [{ type: 'Resource', resource: { current: { averageUtilization: value } } }],
    ...{ currentReplicas: value, lastScaleTime: `${value}`, conditions },
  });

  test.each([
    ['HorizontalPodAutoscaler', measured(40, { type: 'ScalingActive', status: 'True' })],
    ['HorizontalPodAutoscaler', measured(41, limited)],
    ['PodDisruptionBudget', { currentHealthy: 2, disruptionsAllowed: 1 }],
    ['HTTPRoute', { parents: [{ conditions: [{ lastTransitionTime: 'now' }] }] }],
  ] as const)('of the status of a %s is not kept', (kind, status) => {
    const packer = packerOf(kind);
    const object = { metadata: { name: 'web' }, spec: { a: 1 } };
    const noisy = { ...object, status };
    expect(packer.pack(noisy).packed).toBe(packer.pack(object).packed);
  });

  test('but why an autoscaler does not scale, and since when', () => {
    const packer = packerOf('HorizontalPodAutoscaler');
    const object: KubeObject & Record<string, unknown> = {
      metadata: { name: 'web' },
      status: measured(1, limited, inactive),
    };
    const { status } = packer.unpack(entryOf(packer, object));
    expect(status).toEqual({ conditions: [inactive] });
  });
});

test('the dictionary is no longer than what is looked at of it, and the first object comes out whole', () => {
  const packer = packerOf('ConfigMap');
  const text = Array.from({ length: 60_000 }, (_, index) => index.toString(36)).join(' ');
  const first = { metadata: { name: 'web' }, data: { text } };
  const entries = [first, { ...first, data: { text: `${text}!` } }].map((o) => entryOf(packer, o));
  expect(entries.map((entry) => packer.unpack(entry)['data'])).toEqual([
    { text },
    { text: `${text}!` },
  ]);
});
