import type { EngineEvent, Instance, JsonObject, LogLine, Phase } from '@davit/domain';
import type { Scene } from './staged-engine.ts';

const minutesAgo = (minutes: number): string =>
  new Date(Date.now() - minutes * 60_000).toISOString();

const POD = 'k3v9x1c7q2m5n8b-6d4f9c7b58';

const instance = (suffix: string, phase: Phase, more: Partial<Instance> = {}): Instance => ({
  name: `${POD}-${suffix}`,
  phase,
  ready: phase === 'Running',
  restarts: 0,
  image: '',
  startedAt: minutesAgo(42),
  reason: '',
  message: '',
  ...more,
});

interface Verdict {
  phase: Phase;
  reason: string;
  message: string;
}

/** A verdict with the five conditions that the operator writes with it. */
function verdict(phase: Phase, reason = '', message = ''): Verdict & { status: JsonObject } {
  const why = { reason: reason === '' ? phase : reason, message };
  const serves = phase === 'Running' || phase === 'Degraded';
  const condition = (type: string, status: boolean, text: JsonObject): JsonObject => ({
    type,
    status: status ? 'True' : 'False',
    lastTransitionTime: minutesAgo(42),
    ...text,
  });
  const conditions = [
    condition('Ready', phase === 'Running' || reason === 'Completed', why),
    serves
      ? condition('Available', true, { reason: 'Available', message: '2 of 2 instances serve.' })
      : condition('Available', false, { reason: 'Unavailable', message: 'No instance serves.' }),
    condition('Reconciling', phase === 'Pending' || phase === 'Progressing', why),
    condition('Stalled', phase === 'Failed' || phase === 'Degraded', why),
    condition('SpecRendered', true, { reason: 'Complete', message: '' }),
  ];
  return { phase, reason, message, status: { conditions } };
}

interface Happening {
  reason: string;
  message: string;
  pod: string;
  warning?: boolean;
}

const history = (happenings: Happening[]): EngineEvent[] =>
  happenings.map(({ reason, message, pod, warning = false }, index) => ({
    id: String(index),
    time: minutesAgo(42 - index * 4),
    type: warning ? 'Warning' : 'Normal',
    reason,
    message,
    object: { kind: 'Pod', name: `${POD}-${pod}` },
    count: warning ? 14 : 1,
  }));

const WORDS = [
  '\x1b[32mINFO\x1b[0m  request served method=GET path=/api/items status=200 duration=3.2ms',
  '\x1b[32mINFO\x1b[0m  request served method=POST path=/api/orders status=201 duration=18.4ms',
  '\x1b[33mWARN\x1b[0m  cache miss key=catalogue:front ttl=30s, asking the database instead of answering at once; this line is long enough to wrap on most screens',
  '\x1b[36mDEBUG\x1b[0m pool size=8 idle=6 waiting=0',
  '\x1b[1;31mERROR\x1b[0m upstream payments answered 502, trying again in 250ms',
  '{"level":"info","msg":"job finished","job":"digest","took_ms":412}',
];

const lines = (count: number): LogLine[] =>
  Array.from({ length: count }, (_, index) => ({
    instance: `${POD}-${index % 3 === 0 ? 'x7k2p' : 'q9d4t'}`,
    container: 'app',
    time: new Date(Date.now() - (count - index) * 700).toISOString(),
    text: WORDS[index % WORDS.length] ?? '',
  }));

const PULL =
  'Cannot pull image ghcr.io/acme/search:1: failed to resolve reference "ghcr.io/acme/search:1": not found';
const CRASH =
  'The container ended with exit code 1 and was restarted 14 times: DATABASE_URL is not set';
const VOLUME = 'Volume data-k3v9x1c7q2m5n8b waits to be provided by the default storage class.';

/** What each of the apps runs. */
export const specOf = (name: string, tag: string): JsonObject => ({
  image: { registry: 'ghcr.io', repository: `acme/${name}`, tag },
  interfaces: [{ name: 'http', port: 8080 }],
  horizontalScale: { minReplicas: 2, maxReplicas: 4, targetCPUUtilizationPercentage: 80 },
  env: [
    { name: 'LOG_LEVEL', value: 'info' },
    { name: 'DATABASE_URL', value: 'postgres://database:5432/shop' },
  ],
  secrets: [{ name: 'SESSION_KEY', value: '••••' }],
  volumes: [{ name: 'data', mountPath: '/data', size: '1Gi' }],
  resources: {
    requests: { cpu: '100m', memory: '128Mi' },
    limits: { cpu: '500m', memory: '512Mi' },
  },
});

const RUNNING = verdict('Running');
/** It serves, but the cluster has no metrics to scale it by. */
const UNSCALED: Verdict & { status: JsonObject } = {
  ...RUNNING,
  status: {
    conditions: [
      ...(RUNNING.status['conditions'] as JsonObject[]),
      {
        type: 'Degraded',
        status: 'True',
        lastTransitionTime: minutesAgo(42),
        reason: 'AutoscalerInactive',
        message: 'The HPA was unable to compute the replica count: no metrics returned.',
      },
    ],
  },
};

/** One app for each state that an app can be in, by its name. */
export const SCENES: Record<string, Scene> = {
  web: {
    ...verdict('Running'),
    replicas: { desired: 2, updated: 2, ready: 2 },
    instances: [
      instance('q9d4t', 'Running'),
      instance('x7k2p', 'Running', { restarts: 1, startedAt: minutesAgo(12) }),
    ],
    urls: ['https://shop.example.com/', 'https://www.shop.example.com/'],
    events: history([
      { reason: 'Scheduled', message: 'Successfully assigned to node-1', pod: 'q9d4t' },
      {
        reason: 'Pulled',
        message: 'Container image "ghcr.io/acme/web:1.4.2" already present on machine',
        pod: 'q9d4t',
      },
      { reason: 'Started', message: 'Container started', pod: 'q9d4t' },
      {
        reason: 'Unhealthy',
        message: 'Readiness probe failed: HTTP probe failed with statuscode: 503',
        pod: 'x7k2p',
        warning: true,
      },
      { reason: 'Killing', message: 'Stopping container app', pod: 'x7k2p' },
      { reason: 'Started', message: 'Container started', pod: 'x7k2p' },
    ]),
    lines: lines(400),
  },
  worker: {
    ...verdict('Progressing', 'Updating', '1 of 2 instances have the newest spec.'),
    replicas: { desired: 2, updated: 1, ready: 1 },
    instances: [
      instance('b2c8w', 'Running'),
      instance('z5h1r', 'Progressing', { startedAt: '', reason: 'ContainerCreating' }),
    ],
  },
  search: {
    ...verdict('Failed', 'ImagePullFailed', PULL),
    instances: [
      instance('m4t6y', 'Failed', { startedAt: '', reason: 'ImagePullBackOff', message: PULL }),
    ],
    events: history([
      { reason: 'Scheduled', message: 'Successfully assigned to node-1', pod: 'm4t6y' },
      { reason: 'Failed', message: PULL, pod: 'm4t6y', warning: true },
      {
        reason: 'BackOff',
        message: 'Back-off pulling image "ghcr.io/acme/search:1"',
        pod: 'm4t6y',
        warning: true,
      },
    ]),
  },
  payments: {
    ...verdict('Degraded', 'CrashLoopBackOff', CRASH),
    replicas: { desired: 2, updated: 1, ready: 1 },
    instances: [
      instance('c9s3f', 'Running'),
      instance('h8g2l', 'Failed', { restarts: 14, reason: 'CrashLoopBackOff', message: CRASH }),
    ],
  },
  mailer: {
    ...verdict('Stopped', 'Stopped', 'Stopped; volumes and settings are kept.'),
    replicas: { desired: 0, updated: 0, ready: 0 },
  },
  catalogue: {
    ...UNSCALED,
    replicas: { desired: 2, updated: 2, ready: 2 },
    instances: [instance('f3k8s', 'Running'), instance('w2p6j', 'Running')],
  },
  checkout: {
    ...verdict(
      'Degraded',
      'RolledBack',
      'The newest spec failed (ProgressDeadlineExceeded: 0 of 2 instances became ready in 600 s); the last one that worked is in its place.',
    ),
    replicas: { desired: 2, updated: 2, ready: 2 },
    instances: [instance('t5n1z', 'Running'), instance('r7c4b', 'Running')],
    urls: ['https://checkout.example.com/'],
  },
  import: {
    ...verdict('Stopped', 'Completed', 'It ran to its end.'),
    replicas: { desired: 0, updated: 0, ready: 0 },
  },
  database: verdict('Pending', 'VolumePending', VOLUME),
  metrics: {
    ...verdict('Running'),
    replicas: { desired: 1, updated: 1, ready: 1 },
    instances: [instance('d1v7n', 'Running')],
    drift: specOf('metrics', '2'),
  },
};
