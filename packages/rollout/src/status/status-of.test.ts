import { expect, test } from 'vitest';
import type { Observed, ObservedPod } from '../observed.ts';
import type { Condition, RolloutStatus } from '../schema/status.ts';
import { aDeployment, aPod, aRollout, aWaitingPod, ready } from '../testing.ts';
import { statusDueIn } from './autoscaler.ts';
import { statusOf } from './status-of.ts';

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
const starting = aDeployment({ replicas: 1, updatedReplicas: 1 });
const nothing: Observed = { pods: [], pvcs: [], services: [] };

test('transition times change only with their status', () => {
  const rollout = aRollout();
  rollout.status = statusOf(rollout, nothing, NOW);
  const later = statusOf(rollout, { ...nothing, deployment: starting }, NOW + 5000);
  const times = (type: string) =>
    later.conditions?.find((condition) => condition.type === type)?.lastTransitionTime;
  expect(times('Ready')).toBe('2026-01-02T03:04:05Z');
  rollout.status = later;
  const running = { ...nothing, deployment: aDeployment(ready(1)), pods: [aPod('shop-1')] };
  const last = statusOf(rollout, running, NOW + 9000);
  expect(last.conditions?.[0]).toMatchObject({
    type: 'Ready',
    status: 'True',
    reason: 'Running',
    lastTransitionTime: '2026-01-02T03:04:14Z',
  });
});

test('the same state gives the same status, whatever the order of the lists', () => {
  const pods = [aPod('shop-b'), aPod('shop-a')];
  const services = ['y', 'x'].map((name) => ({
    metadata: { name },
    spec: { ports: [{ port: 80 }] },
  }));
  const observed = { ...nothing, deployment: aDeployment(ready(2)), pods, services };
  const first = statusOf(aRollout(), observed, NOW);
  const second = statusOf(
    aRollout(),
    { ...observed, pods: [...pods].reverse(), services: [...services].reverse() },
    NOW,
  );
  expect(second).toEqual(first);
  expect(first.deployment?.podNames).toEqual(['shop-a', 'shop-b']);
});

test('keeps the fields and words One-Click knows', () => {
  const pod = (name: string): ObservedPod => ({
    ...aPod(name),
    spec: {
      containers: [
        {
          name: 'shop',
          resources: {
            requests: { cpu: '100m', memory: '128Mi' },
            limits: { cpu: '1', memory: '1Gi' },
          },
        },
      ],
    },
  });
  const status = statusOf(
    aRollout({ replicas: 2 }),
    {
      deployment: aDeployment(ready(2)),
      pods: [pod('shop-1'), pod('shop-2')],
      pvcs: [{ metadata: { name: 'data-shop' }, status: { phase: 'Bound' } }],
      services: [{ metadata: { name: 'http-shop-svc' }, spec: { ports: [{ port: 80 }] } }],
    },
    NOW,
  );
  expect(status).toMatchObject({
    deployment: {
      replicas: 2,
      podNames: ['shop-1', 'shop-2'],
      resources: {
        requestSum: { cpu: '0.200', memory: '268435456' },
        limitSum: { cpu: '2', memory: '2147483648' },
      },
      status: 'OK',
    },
    services: [{ name: 'http-shop-svc', ports: [80], status: 'OK' }],
    ingresses: [],
    volumes: [{ name: 'data-shop', status: 'Bound' }],
    rolloutId: 'rollout1',
    selector: 'one-click.dev/projectId=project1,one-click.dev/deploymentId=shop',
    rendererVersion: 1,
  });
});

test.each([
  [[], 'OK'],
  [[aPod('a', { ready: false })], 'NotReady'],
  [[aPod('a', { ready: false }), aWaitingPod('ContainerCreating')], 'Pending'],
  [[aPod('a', {}, { phase: 'Succeeded' })], 'OK'],
] as [ObservedPod[], string][])('One-Click calls these pods %#: %s', (pods, word) => {
  const status = statusOf(aRollout(), { ...nothing, pods }, NOW);
  expect(status.deployment?.status).toBe(word);
});

test('pods of jobs and pods on their way out do not count', () => {
  const job = aPod('job-1');
  job.metadata.ownerReferences = [{ kind: 'Job', name: 'job', uid: 'j' }];
  const leaving = aPod('shop-0');
  leaving.metadata.deletionTimestamp = '2026-01-01T00:00:00Z';
  const status = statusOf(aRollout(), { ...nothing, pods: [job, leaving, aPod('shop-1')] }, NOW);
  expect(status.deployment?.podNames).toEqual(['shop-1']);
});

const find = (status: RolloutStatus, wanted: string): Condition | undefined =>
  status.conditions?.find(({ type }) => type === wanted);

test('fields the cluster has no kind for are named in a condition, and lead nowhere', () => {
  const httpRoute = { gateways: [{ name: 'public' }], hostnames: ['a.example'] };
  const rollout = aRollout({ interfaces: [{ name: 'http', port: 80, httpRoute }] });
  const unrendered = ['interfaces[0].httpRoute'];
  const without = statusOf(rollout, { ...nothing, unrendered }, NOW);
  expect(find(without, 'SpecRendered')).toMatchObject({
    status: 'False',
    message: 'Accepted, but without effect in this cluster: interfaces[0].httpRoute.',
  });
  expect(without.urls).toEqual([]);
  const served = statusOf(rollout, nothing, NOW);
  expect(find(served, 'SpecRendered')).toMatchObject({ status: 'True' });
  expect(served.urls).toEqual(['https://a.example']);
});

test('an autoscaler without metrics is told, and what it wants is what is desired', () => {
  const horizontalScale = { minReplicas: 1, maxReplicas: 5 };
  const inactive = { type: 'ScalingActive', status: 'False', reason: 'FailedGetResourceMetric' };
  const since = (ms: number): Observed => {
    const lastTransitionTime = new Date(NOW - ms).toISOString();
    const conditions = [{ ...inactive, message: 'no metrics', lastTransitionTime }];
    const autoscaler = { metadata: { name: 'shop' }, status: { conditions } };
    return { ...nothing, deployment: aDeployment(ready(3), 3), autoscaler };
  };
  const fresh = statusOf(aRollout({ horizontalScale }), since(30_000), NOW);
  expect(find(fresh, 'Degraded')).toMatchObject({ status: 'False' });
  expect(statusDueIn(since(30_000), NOW)).toBe(90_000);
  expect(statusDueIn(since(120_000), NOW)).toBeUndefined();
  const status = statusOf(aRollout({ horizontalScale }), since(120_000), NOW);
  expect(status).toMatchObject({ phase: 'Running', readyReplicas: 3 });
  expect(find(status, 'Degraded')).toMatchObject({
    status: 'True',
    reason: 'AutoscalerInactive',
    message: 'no metrics',
  });
  expect(find(status, 'Available')).toMatchObject({ message: '3 of 3 instances serve.' });
  expect(find(statusOf(aRollout(), nothing, NOW), 'Degraded')).toMatchObject({ status: 'False' });
});

test('Ingresses are operational once they have an address, and give the URLs', () => {
  const rule = (host: string, tls: boolean, path = '/') => ({ host, path, tls });
  const rules = [rule('a.example', true), rule('a.example', false, '/x'), rule('', false)];
  const rollout = aRollout({ interfaces: [{ name: 'http', port: 80, ingress: { rules } }] });
  const ingress = (address: object[]) => ({
    metadata: { name: 'http-shop-ingress' },
    spec: { rules },
    status: { loadBalancer: { ingress: address } },
  });
  const status = statusOf(rollout, { ...nothing, ingresses: [ingress([])] }, NOW);
  expect(status.urls).toEqual(['https://a.example', 'http://a.example/x']);
  expect(status.ingresses).toEqual([
    { name: 'http-shop-ingress', hosts: ['a.example'], status: 'Pending' },
  ]);
  const later = statusOf(rollout, { ...nothing, ingresses: [ingress([{ ip: '1.2.3.4' }])] }, NOW);
  expect(later.ingresses).toMatchObject([{ status: 'Operational' }]);
});
