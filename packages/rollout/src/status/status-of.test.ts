import { AppError } from '@davit/domain';
import { expect, test } from 'vitest';
import type { Observed, ObservedPod } from '../observed.ts';
import type { RolloutSpec } from '../schema/spec.ts';
import type { Condition, RolloutStatus } from '../schema/status.ts';
import { aDeployment, aPod, aRollout, ready } from '../testing.ts';
import { statusOf } from './status-of.ts';

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
const nothing: Observed = { pods: [], pvcs: [], services: [] };

const waiting = (reason: string, message = ''): ObservedPod =>
  aPod('shop-1', { ready: false, state: { waiting: { reason, message } } }, { phase: 'Pending' });

const crashing = (terminated: object): ObservedPod =>
  aPod('shop-1', {
    ready: false,
    restartCount: 4,
    state: { waiting: { reason: 'CrashLoopBackOff' } },
    lastState: { terminated },
  });

const unschedulable = aPod(
  'shop-1',
  {},
  {
    phase: 'Pending',
    containerStatuses: [],
    conditions: [
      {
        type: 'PodScheduled',
        status: 'False',
        reason: 'Unschedulable',
        message: '0/1 nodes are available: 1 Insufficient cpu.',
      },
    ],
  },
);

interface Row {
  what: string;
  spec?: Partial<RolloutSpec>;
  observed: Partial<Observed>;
  phase: string;
  reason: string;
  message?: string;
}

const starting = aDeployment({ replicas: 1, updatedReplicas: 1 });
const replacing = aDeployment({ ...ready(1), replicas: 2, updatedReplicas: 1 });
const late = (status: object) =>
  aDeployment({
    ...status,
    conditions: [
      {
        type: 'Progressing',
        status: 'False',
        reason: 'ProgressDeadlineExceeded',
        message: 'ReplicaSet "shop-x" has timed out progressing.',
      },
    ],
  });

const rows: Row[] = [
  { what: 'nothing is there', observed: {}, phase: 'Pending', reason: 'Pending' },
  {
    what: 'everything is ready',
    observed: { deployment: aDeployment(ready(1)), pods: [aPod('shop-1')] },
    phase: 'Running',
    reason: '',
  },
  {
    what: 'the Deployment has not been looked at yet',
    observed: { deployment: aDeployment({ ...ready(1), observedGeneration: 2 }) },
    phase: 'Progressing',
    reason: 'Updating',
  },
  {
    what: 'the first instance starts',
    observed: { deployment: starting, pods: [aPod('shop-1', { ready: false })] },
    phase: 'Progressing',
    reason: 'InstancesNotReady',
    message: '0 of 1 instances are ready.',
  },
  {
    what: 'an old instance is being replaced',
    observed: { deployment: replacing, pods: [aPod('shop-1'), aPod('shop-2', { ready: false })] },
    phase: 'Progressing',
    reason: 'Updating',
  },
  {
    what: 'the image cannot be pulled',
    observed: { deployment: starting, pods: [waiting('ImagePullBackOff', 'not found')] },
    phase: 'Failed',
    reason: 'ImagePullFailed',
    message: 'Cannot pull image docker.io/library/nginx:1.27: not found',
  },
  {
    what: 'the image cannot be pulled while old instances serve',
    observed: { deployment: replacing, pods: [waiting('ErrImagePull'), aPod('shop-0')] },
    phase: 'Degraded',
    reason: 'ImagePullFailed',
    message: 'Cannot pull image docker.io/library/nginx:1.27: ErrImagePull',
  },
  {
    what: 'the container crashes',
    observed: {
      deployment: starting,
      pods: [crashing({ exitCode: 3, reason: 'Error', message: 'no database\n' })],
    },
    phase: 'Failed',
    reason: 'CrashLoopBackOff',
    message: 'The container ended with exit code 3 and was restarted 4 times: no database',
  },
  {
    what: 'memory does not suffice',
    observed: { deployment: starting, pods: [crashing({ exitCode: 137, reason: 'OOMKilled' })] },
    phase: 'Failed',
    reason: 'OOMKilled',
  },
  {
    what: 'a Secret is missing',
    observed: {
      deployment: starting,
      pods: [waiting('CreateContainerConfigError', 'secret "x" not found')],
    },
    phase: 'Failed',
    reason: 'CreateContainerConfigError',
    message: 'secret "x" not found',
  },
  {
    what: 'no node has room',
    observed: { deployment: starting, pods: [unschedulable] },
    phase: 'Pending',
    reason: 'Unschedulable',
    message: '0/1 nodes are available: 1 Insufficient cpu.',
  },
  {
    what: 'the volume is not there yet',
    observed: {
      deployment: starting,
      pods: [unschedulable],
      pvcs: [
        {
          metadata: { name: 'data-shop' },
          spec: { storageClassName: 'nfs' },
          status: { phase: 'Pending' },
        },
      ],
    },
    phase: 'Pending',
    reason: 'VolumePending',
    message: 'Volume data-shop waits to be provided by storage class nfs.',
  },
  {
    what: 'pods are refused',
    observed: {
      deployment: aDeployment({
        conditions: [
          {
            type: 'ReplicaFailure',
            status: 'True',
            reason: 'FailedCreate',
            message: 'exceeded quota',
          },
        ],
      }),
    },
    phase: 'Failed',
    reason: 'QuotaExceeded',
    message: 'exceeded quota',
  },
  {
    what: 'the deadline has passed',
    observed: { deployment: late({ replicas: 1, updatedReplicas: 1 }) },
    phase: 'Failed',
    reason: 'ProgressDeadlineExceeded',
  },
  {
    what: 'the deadline has passed while old instances serve',
    observed: { deployment: late({ ...ready(1), replicas: 2 }) },
    phase: 'Degraded',
    reason: 'ProgressDeadlineExceeded',
  },
  {
    what: 'no node has room until the deadline',
    observed: {
      deployment: late({ replicas: 1, updatedReplicas: 1 }),
      pods: [unschedulable],
    },
    phase: 'Failed',
    reason: 'Unschedulable',
  },
  {
    what: 'one of two instances went away',
    spec: { replicas: 2 },
    observed: {
      deployment: aDeployment({
        ...ready(1),
        replicas: 2,
        updatedReplicas: 2,
        conditions: [{ type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable' }],
      }),
    },
    phase: 'Degraded',
    reason: 'InstancesNotReady',
    message: '1 of 2 instances are ready.',
  },
  {
    what: 'it is stopping',
    spec: { suspend: true },
    observed: { deployment: aDeployment(ready(1)) },
    phase: 'Progressing',
    reason: 'Stopping',
  },
  {
    what: 'it is stopped',
    spec: { suspend: true },
    observed: { deployment: aDeployment({}, 0) },
    phase: 'Stopped',
    reason: 'Stopped',
  },
  {
    what: 'the children are refused',
    observed: { applyError: new AppError('invalid', 'spec.ports is not valid') },
    phase: 'Failed',
    reason: 'InvalidSpec',
    message: 'spec.ports is not valid',
  },
  {
    what: 'the children are refused while old instances serve',
    observed: {
      deployment: aDeployment(ready(1)),
      applyError: new AppError('forbidden', 'no', { reason: 'QuotaExceeded' }),
    },
    phase: 'Degraded',
    reason: 'QuotaExceeded',
  },
  {
    what: 'a write lost a race',
    observed: { applyError: new AppError('conflict', 'changed meanwhile') },
    phase: 'Progressing',
    reason: 'Conflict',
  },
];

test.each(rows)('$what: $phase $reason', ({ spec, observed, phase, reason, message }) => {
  const status = statusOf(aRollout(spec), { ...nothing, ...observed }, NOW);
  expect(status).toMatchObject({ phase, reason, observedGeneration: 2 });
  if (message !== undefined) expect(status.message).toBe(message);
  const is = (type: string): string | undefined =>
    status.conditions?.find((condition) => condition.type === type)?.status;
  expect(is('Ready')).toBe(phase === 'Running' ? 'True' : 'False');
  expect(is('Stalled')).toBe(phase === 'Failed' || phase === 'Degraded' ? 'True' : 'False');
  expect(is('Reconciling')).toBe(phase === 'Pending' || phase === 'Progressing' ? 'True' : 'False');
  for (const condition of status.conditions ?? []) expect(condition.reason).toMatch(/^[A-Z]\w*$/);
});

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
  [[aPod('a', { ready: false }), waiting('ContainerCreating')], 'Pending'],
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

test('fields the cluster has no kind for are named in a condition', () => {
  const unrendered = ['interfaces[0].httpRoute'];
  expect(find(statusOf(aRollout(), { ...nothing, unrendered }, NOW), 'SpecRendered')).toMatchObject(
    {
      status: 'False',
      message: 'Accepted, but without effect in this cluster: interfaces[0].httpRoute.',
    },
  );
  expect(find(statusOf(aRollout(), nothing, NOW), 'SpecRendered')).toMatchObject({
    status: 'True',
  });
});

test('an autoscaler without metrics is told, and what it wants is what is desired', () => {
  const horizontalScale = { minReplicas: 1, maxReplicas: 5 };
  const inactive = { type: 'ScalingActive', status: 'False', reason: 'FailedGetResourceMetric' };
  const autoscaler = {
    metadata: { name: 'shop' },
    status: { conditions: [{ ...inactive, message: 'no metrics' }] },
  };
  const observed = { ...nothing, deployment: aDeployment(ready(3), 3), autoscaler };
  const status = statusOf(aRollout({ horizontalScale }), observed, NOW);
  expect(status).toMatchObject({ phase: 'Running', readyReplicas: 3 });
  expect(find(status, 'Degraded')).toMatchObject({
    status: 'True',
    reason: 'AutoscalerInactive',
    message: 'no metrics',
  });
  expect(find(status, 'Available')).toMatchObject({ message: '3 of 3 instances serve.' });
  expect(find(statusOf(aRollout(), nothing, NOW), 'Degraded')).toMatchObject({ status: 'False' });
});

test('a change its controller has not seen yet is under way, not a failure', () => {
  const settled = { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable' };
  const before = aDeployment({ ...ready(2), conditions: [settled] }, 2);
  const deployment = { ...before, metadata: { ...before.metadata, generation: 4 } };
  const horizontalScale = { minReplicas: 2, maxReplicas: 2 };
  const status = statusOf(aRollout({ horizontalScale }), { ...nothing, deployment }, NOW);
  expect(status).toMatchObject({ phase: 'Progressing', reason: 'Updating' });
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
