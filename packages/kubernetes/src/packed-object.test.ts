import { expect, test } from 'vitest';
import { entryOf, unpackObject } from './packed-object.ts';
import { RESOURCES } from './resource-types.ts';

const packing = (type: (typeof RESOURCES)[keyof typeof RESOURCES]) => ({ type, about: () => [] });

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
  const entry = entryOf(rollout, packing(RESOURCES.Rollout));
  expect(unpackObject(entry, RESOURCES.Rollout)).toEqual({
    ...rollout,
    apiVersion: 'one-click.dev/v1alpha1',
    kind: 'Rollout',
    metadata: { ...rollout.metadata, managedFields: undefined, annotations: { kept: 'yes' } },
  });
});

test('a new version of the same has the same text, and whoever unpacks it may change his own', () => {
  const entry = entryOf(rollout, packing(RESOURCES.Rollout));
  const renewed = { ...rollout, metadata: { ...rollout.metadata, resourceVersion: '8' } };
  expect(entryOf(renewed, packing(RESOURCES.Rollout)).value.text).toBe(entry.value.text);
  unpackObject(entry, RESOURCES.Rollout).metadata.name = 'other';
  expect(unpackObject(entry, RESOURCES.Rollout).metadata.name).toBe('web');
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
  const entry = entryOf(pod, packing(RESOURCES.Pod));
  expect(JSON.parse(entry.value.text)).toEqual({
    metadata: {},
    spec: { containers: [{ name: 'web', image: 'a:1' }] },
    status: {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: 'False' }],
      containerStatuses: [{ name: 'web', image: 'a:1', ready: true, restartCount: 0 }],
    },
  });
});
