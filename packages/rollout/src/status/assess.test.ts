import { AppError } from '@davit/domain';
import { expect, test } from 'vitest';
import type { Observed, ObservedPod } from '../observed.ts';
import type { RolloutSpec } from '../schema/spec.ts';
import type { RolloutStatus } from '../schema/status.ts';
import { aDeployment, aPod, aRollout, aWaitingPod, ready } from '../testing.ts';
import { statusOf } from './status-of.ts';

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
const nothing: Observed = { pods: [], pvcs: [], services: [] };

const crashing = (terminated: object): ObservedPod =>
  aPod('shop-1', {
    ready: false,
    restartCount: 4,
    state: { waiting: { reason: 'CrashLoopBackOff' } },
    lastState: { terminated },
  });

/** The app waits for what runs before it. */
function withHelper(state: object, lastState = {}): ObservedPod {
  const waits = { ready: false, state: { waiting: { reason: 'PodInitializing' } } };
  const pod = aPod('shop-1', waits, { phase: 'Pending' });
  const image = 'docker.io/library/migrate:1';
  const status = { name: 'migrate', image, ready: false, restartCount: 1, state, lastState };
  return {
    ...pod,
    spec: { ...pod.spec, initContainers: [{ name: 'migrate', image }] },
    status: { ...pod.status, initContainerStatuses: [status] },
  };
}
const crashingHelper = withHelper(
  { waiting: { reason: 'CrashLoopBackOff' } },
  { terminated: { exitCode: 2, message: 'no table' } },
);

const ended = { terminated: { exitCode: 1, reason: 'Error' } };

function unscheduled(message: string): ObservedPod {
  const why = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message };
  return aPod('shop-1', {}, { phase: 'Pending', containerStatuses: [], conditions: [why] });
}
const unschedulable = unscheduled('0/1 nodes are available: 1 Insufficient cpu.');

const pendingClaim = {
  metadata: { name: 'data-shop' },
  spec: { storageClassName: 'nfs' },
  status: { phase: 'Pending' },
};

interface Row {
  what: string;
  spec?: Partial<RolloutSpec>;
  /** as it was told last */
  before?: RolloutStatus;
  observed: Partial<Observed>;
  phase: string;
  reason: string;
  message?: string;
  /** it comes right by itself, though it is degraded */
  heals?: boolean;
}

const starting = aDeployment({ replicas: 1, updatedReplicas: 1 });
const replacing = aDeployment({ ...ready(1), replicas: 2, updatedReplicas: 1 });
const oneOfTwo = aDeployment({
  ...ready(1),
  replicas: 2,
  updatedReplicas: 2,
  conditions: [{ type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable' }],
});
/** An old instance beside one of the newest spec, whose ReplicaSet the controller names so. */
const told = (message: string, image = 'docker.io/library/nginx:1.27') => ({
  ...aDeployment({
    ...ready(1),
    replicas: 2,
    updatedReplicas: 1,
    conditions: [{ type: 'Progressing', status: 'True', message }],
  }),
  spec: { replicas: 1, template: { spec: { containers: [{ name: 'shop', image }] } } },
});
function podOf(replicaSet: string, pod: ObservedPod, image?: string): ObservedPod {
  const ownerReferences = [{ kind: 'ReplicaSet', name: replicaSet, uid: replicaSet }];
  const spec = image === undefined ? pod.spec : { containers: [{ name: 'shop', image }] };
  return { ...pod, metadata: { ...pod.metadata, ownerReferences }, spec };
}
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
    what: 'the first instance runs, and nothing else tells that it works',
    observed: { deployment: aDeployment({ ...ready(1), availableReplicas: 0 }) },
    phase: 'Progressing',
    reason: 'InstancesNotReady',
    message: 'Ready, and to go on for a moment before that counts.',
  },
  {
    what: 'an old instance is being replaced',
    observed: { deployment: replacing, pods: [aPod('shop-1'), aPod('shop-2', { ready: false })] },
    phase: 'Progressing',
    reason: 'Updating',
  },
  {
    what: 'the image cannot be pulled',
    observed: { deployment: starting, pods: [aWaitingPod('ImagePullBackOff', 'not found')] },
    phase: 'Failed',
    reason: 'ImagePullFailed',
    message: 'Cannot pull image docker.io/library/nginx:1.27: not found',
  },
  {
    what: 'the image cannot be pulled while old instances serve',
    observed: { deployment: replacing, pods: [aWaitingPod('ErrImagePull'), aPod('shop-0')] },
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
    what: 'the container crashed again, and is about to be held back',
    observed: {
      deployment: starting,
      pods: [aPod('shop-1', { ready: false, restartCount: 1, state: ended, lastState: ended })],
    },
    phase: 'Failed',
    reason: 'CrashLoopBackOff',
  },
  {
    what: 'the container crashed before, and has been started again',
    observed: {
      deployment: starting,
      pods: [
        aPod('shop-1', { ready: false, restartCount: 2, state: { running: {} }, lastState: ended }),
      ],
    },
    phase: 'Failed',
    reason: 'CrashLoopBackOff',
  },
  {
    what: 'the container crashed before, and nothing tells whether it goes on now',
    observed: {
      deployment: aDeployment({ ...ready(1), availableReplicas: 0 }),
      pods: [aPod('shop-1', { restartCount: 2, state: { running: {} }, lastState: ended })],
    },
    phase: 'Failed',
    reason: 'CrashLoopBackOff',
  },
  {
    what: 'the container crashed for the first time',
    observed: { deployment: starting, pods: [aPod('shop-1', { ready: false, state: ended })] },
    phase: 'Progressing',
    reason: 'InstancesNotReady',
  },
  {
    what: 'what runs before the app crashes',
    observed: { deployment: starting, pods: [crashingHelper] },
    phase: 'Failed',
    reason: 'CrashLoopBackOff',
    message: 'The container migrate ended with exit code 2 and was restarted once: no table',
  },
  {
    what: 'the image of a helper cannot be pulled',
    observed: { deployment: starting, pods: [withHelper({ waiting: { reason: 'ErrImagePull' } })] },
    phase: 'Failed',
    reason: 'ImagePullFailed',
    message: 'Cannot pull image docker.io/library/migrate:1: ErrImagePull',
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
      pods: [aWaitingPod('CreateContainerConfigError', 'secret "x" not found')],
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
      pods: [unscheduled('0/1 nodes are available: pod has unbound PersistentVolumeClaims.')],
      pvcs: [pendingClaim],
    },
    phase: 'Pending',
    reason: 'VolumePending',
    message: 'Volume data-shop waits to be provided by storage class nfs.',
  },
  {
    what: 'the volume waits for an instance that has no room',
    observed: { deployment: starting, pods: [unschedulable], pvcs: [pendingClaim] },
    phase: 'Pending',
    reason: 'Unschedulable',
    message: '0/1 nodes are available: 1 Insufficient cpu.',
  },
  ...(
    [
      ['is progressing', 'ReplicaSet "shop-new" is progressing.'],
      ['was made', 'Created new replica set "shop-new"'],
      ['has timed out', 'ReplicaSet "shop-new" has timed out progressing.'],
    ] as const
  ).flatMap(([what, message]): Row[] => [
    {
      what: `an old instance cannot pull its image, and the new one ${what}`,
      observed: {
        deployment: told(message),
        pods: [
          podOf('shop-old', aWaitingPod('ErrImagePull')),
          podOf('shop-new', aPod('shop-2', { ready: false })),
        ],
      },
      phase: 'Progressing',
      reason: 'Updating',
    },
    {
      what: `the new instance cannot pull its image and ${what}`,
      observed: {
        deployment: told(message),
        pods: [podOf('shop-old', aPod('shop-0')), podOf('shop-new', aWaitingPod('ErrImagePull'))],
      },
      phase: 'Degraded',
      reason: 'ImagePullFailed',
    },
  ]),
  {
    what: 'a bad image was taken back, and its instance is about to go',
    observed: {
      deployment: told('ReplicaSet "shop-bad" is progressing.'),
      pods: [
        podOf('shop-old', aPod('shop-0')),
        podOf('shop-bad', aWaitingPod('ErrImagePull'), 'docker.io/library/nginx:gone'),
      ],
    },
    phase: 'Progressing',
    reason: 'Updating',
  },
  {
    what: 'the image cannot be pulled from where the cluster looks for it',
    observed: {
      deployment: told('ReplicaSet "shop-new" is progressing.'),
      pods: [podOf('shop-new', aWaitingPod('ErrImagePull'), 'mirror/library/nginx:1.27')],
    },
    phase: 'Degraded',
    reason: 'ImagePullFailed',
  },
  {
    what: 'the instance of before cannot pull its image, and the change has not been looked at',
    observed: {
      deployment: aDeployment({ replicas: 1, updatedReplicas: 1, observedGeneration: 2 }),
      pods: [aWaitingPod('ErrImagePull')],
    },
    phase: 'Progressing',
    reason: 'Updating',
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
  ...(
    [
      ['one of two instances went away', { phase: 'Running', readyReplicas: 2 }, 'Degraded'],
      [
        'one of two instances is still away',
        { phase: 'Degraded', reason: 'InstancesNotReady', readyReplicas: 1 },
        'Degraded',
      ],
      ['one more instance was asked for', { phase: 'Running', readyReplicas: 1 }, 'Progressing'],
    ] as const
  ).map(([what, before, phase]): Row => ({
    ...{ what, before, phase },
    spec: { replicas: 2 },
    observed: { deployment: oneOfTwo },
    reason: 'InstancesNotReady',
    message: '1 of 2 instances are ready.',
    heals: phase === 'Degraded',
  })),
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

test.each(rows)('$what: $phase $reason', (row) => {
  const { spec, before, observed, phase, reason, message, heals = false } = row;
  const rollout = { ...aRollout(spec), ...(before ? { status: before } : {}) };
  const status = statusOf(rollout, { ...nothing, ...observed }, NOW);
  expect(status).toMatchObject({ phase, reason, observedGeneration: 2 });
  if (message !== undefined) expect(status.message).toBe(message);
  const is = (type: string): string | undefined =>
    status.conditions?.find((condition) => condition.type === type)?.status;
  expect(is('Ready')).toBe(phase === 'Running' ? 'True' : 'False');
  const stalls = ['Failed', 'Degraded'].includes(phase) && !heals;
  expect(is('Stalled')).toBe(stalls ? 'True' : 'False');
  const goesOn = ['Pending', 'Progressing'].includes(phase) || heals;
  expect(is('Reconciling')).toBe(goesOn ? 'True' : 'False');
  if (phase === 'Degraded') expect(is('Degraded')).toBe('True');
  for (const condition of status.conditions ?? []) expect(condition.reason).toMatch(/^[A-Z]\w*$/);
});

test('a change its controller has not seen yet is under way, not a failure', () => {
  const settled = { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable' };
  const before = aDeployment({ ...ready(2), conditions: [settled] }, 2);
  const deployment = { ...before, metadata: { ...before.metadata, generation: 4 } };
  const horizontalScale = { minReplicas: 2, maxReplicas: 2 };
  const status = statusOf(aRollout({ horizontalScale }), { ...nothing, deployment }, NOW);
  expect(status).toMatchObject({ phase: 'Progressing', reason: 'Updating' });
});
