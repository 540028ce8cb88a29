import { expect, test } from 'vitest';
import type { Child, LiveDeployment, PodTemplate, RolloutResource } from '../resource.ts';
import type { RolloutSpec } from '../schema/spec.ts';
import { aRollout } from '../testing.ts';
import { renderDeployment } from './deployment.ts';
import { literalPodSpec } from './pod-template.ts';

interface Spec {
  replicas: number;
  minReadySeconds?: number;
  strategy: unknown;
  template: PodTemplate;
}
const specOf = (child: Child): Spec => child.spec as Spec;
const render = (rollout: RolloutResource): Spec => specOf(renderDeployment(rollout));
const container = (rollout: RolloutResource): Record<string, unknown> =>
  (render(rollout).template.spec.containers as Record<string, unknown>[])[0]!;

const labels = { 'one-click.dev/projectId': 'project1', 'one-click.dev/deploymentId': 'shop' };

test('has the name, labels and selector it always had', () => {
  const child = renderDeployment(aRollout());
  expect(child.metadata).toMatchObject({ name: 'shop', namespace: 'project1', labels });
  expect(child.spec).toMatchObject({
    selector: { matchLabels: labels },
    template: { metadata: { labels } },
  });
  expect(child.metadata.ownerReferences).toHaveLength(1);
});

test('a bare spec is a bare container', () => {
  expect(container(aRollout())).toEqual({
    name: 'shop',
    image: 'docker.io/library/nginx:1.27',
    terminationMessagePolicy: 'FallbackToLogsOnError',
  });
});

test('renders everything about the pods', () => {
  const rollout = aRollout({
    command: ['sh', '-c'],
    args: ['sleep 1'],
    env: [
      { name: 'A', value: '1' },
      { name: 'EMPTY', value: '' },
    ],
    secrets: [{ name: 'S', value: 'x' }],
    secretsFrom: 'shop-1234',
    resources: { requests: { cpu: '0.5', memory: '1024Mi' }, limits: {} },
    volumes: [{ name: 'data', mountPath: '/data', size: '1Gi' }],
    nodeSelector: { disk: 'ssd' },
    tolerations: [{ key: 'storage', operator: 'Equal', value: '', effect: 'NoSchedule' }],
    hostAliases: [{ ip: '10.0.0.1', hostnames: ['a.local'] }],
    serviceAccountName: 'one-click',
  });
  expect(container(rollout)).toEqual({
    name: 'shop',
    image: 'docker.io/library/nginx:1.27',
    command: ['sh', '-c'],
    args: ['sleep 1'],
    env: [{ name: 'A', value: '1' }, { name: 'EMPTY' }],
    envFrom: [{ secretRef: { name: 'shop-secrets' } }, { secretRef: { name: 'shop-1234' } }],
    resources: { requests: { cpu: '500m', memory: '1Gi' } },
    volumeMounts: [{ name: 'data-shop', mountPath: '/data' }],
    terminationMessagePolicy: 'FallbackToLogsOnError',
  });
  expect(render(rollout).template.spec).toMatchObject({
    serviceAccountName: 'one-click',
    nodeSelector: { disk: 'ssd' },
    tolerations: [{ key: 'storage', operator: 'Equal', effect: 'NoSchedule' }],
    hostAliases: [{ ip: '10.0.0.1', hostnames: ['a.local'] }],
    volumes: [{ name: 'data-shop', persistentVolumeClaim: { claimName: 'data-shop' } }],
  });
});

test.each<[string, Partial<RolloutSpec>, number | undefined]>([
  ['of a worker', {}, 5],
  ['of a worker with little time', { progressDeadlineSeconds: 3 }, 2],
  ['of an app with a port', { interfaces: [{ name: 'http', port: 80 }] }, undefined],
  [
    'of a port that says nothing',
    { interfaces: [{ name: 'http', port: 80 }], readiness: 'none' },
    5,
  ],
  ['of a worker with a probe', { probes: { readiness: { exec: { command: ['ok'] } } } }, undefined],
])('an instance %s that nothing tells about has to run for a moment', (_what, spec, seconds) => {
  expect(render(aRollout(spec)).minReadySeconds).toBe(seconds);
});

test('of variables of one name the last one counts, as it always did', () => {
  const env = [
    { name: 'A', value: '1' },
    { name: 'B', value: '' },
    { name: 'A', value: '2' },
  ];
  expect(container(aRollout({ env })).env).toEqual([{ name: 'A', value: '2' }, { name: 'B' }]);
});

test('only what is set of the security context is written', () => {
  const rollout = aRollout({ securityContext: { runAsNonRoot: true, capabilities: { add: [] } } });
  expect(container(rollout).securityContext).toEqual({ runAsNonRoot: true });
  expect(render(rollout).template.spec.securityContext).toBeUndefined();
  const other = aRollout({ securityContext: { runAsUser: 0, fsGroup: 7 } });
  expect(render(other).template.spec.securityContext).toEqual({ runAsUser: 0, fsGroup: 7 });
});

const interfaces = [
  { name: 'http', port: 8080 },
  { name: 'admin', port: 9090 },
];

test('an app with interfaces is probed on the first one and drains before it stops', () => {
  expect(container(aRollout({ interfaces }))).toMatchObject({
    lifecycle: { preStop: { sleep: { seconds: 5 } } },
    readinessProbe: { tcpSocket: { port: 8080 } },
  });
  expect(render(aRollout({ interfaces })).template.spec.terminationGracePeriodSeconds).toBe(35);
  expect(render(aRollout()).template.spec.terminationGracePeriodSeconds).toBe(30);
});

test('readiness none means no probe', () => {
  const probed = container(aRollout({ interfaces, readiness: 'none' }));
  expect(probed.readinessProbe).toBeUndefined();
  expect(probed.lifecycle).toBeDefined();
});

const volumes = [{ name: 'data', mountPath: '/data', size: '1Gi' }];
const rolling = { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } };

test.each([
  [{}, rolling],
  [{ volumes: [] }, rolling],
  [{ volumes }, { type: 'Recreate' }],
  [{ volumes, rolloutStrategy: 'rollingUpdate' as const }, rolling],
  [{ rolloutStrategy: 'recreate' as const }, { type: 'Recreate' }],
  [{ rolloutStrategy: 'Recreate' }, rolling],
  [{ rolloutStrategy: '', volumes }, { type: 'Recreate' }],
])('strategy of %j', (spec, strategy) => {
  expect(render(aRollout(spec)).strategy).toEqual(strategy);
});

test('a volume of many nodes lets instances overlap', () => {
  const shared = [{ ...volumes[0]!, accessMode: 'ReadWriteMany' as const }];
  expect(render(aRollout({ volumes: shared })).strategy).toEqual(rolling);
});

test('the pace and the deadline of an update are those asked for', () => {
  const spec = render(
    aRollout({
      rollingUpdate: { maxSurge: '25%', maxUnavailable: '1' },
      progressDeadlineSeconds: 60,
    }),
  );
  expect(spec).toMatchObject({
    strategy: { rollingUpdate: { maxSurge: '25%', maxUnavailable: 1 } },
    progressDeadlineSeconds: 60,
  });
});

const horizontalScale = { minReplicas: 2, maxReplicas: 3 };

test.each([
  [{}, 1],
  [{ horizontalScale }, 2],
  [{ horizontalScale, replicas: 3 }, 3],
  [{ horizontalScale, replicas: 0 }, 0],
  [{ horizontalScale, replicas: 3, suspend: true }, 0],
])('replicas of %j are %i', (spec, replicas) => {
  expect(render(aRollout(spec)).replicas).toBe(replicas);
});

/** What a Deployment looks like after another renderer made it. */
function made(annotations: Record<string, string>, template: PodTemplate): LiveDeployment {
  return { metadata: { annotations }, spec: { template } };
}
const hashOf = (rollout: RolloutResource): string =>
  renderDeployment(rollout).metadata.annotations!['davit.dev/spec-hash']!;

/** By a renderer that adds something, and leaves out what ours adds. */
function madeBy(version: string, rollout: RolloutResource): LiveDeployment {
  const template = { spec: { ...literalPodSpec(rollout), schedulerName: 'other' } };
  const annotations = {
    'davit.dev/renderer-version': version,
    'davit.dev/spec-hash': hashOf(rollout),
  };
  return made(annotations, template);
}

test.each(['0', '1', '2', '4'])('pods of renderer %s are kept while the spec stays', (version) => {
  const live = madeBy(version, aRollout());
  const kept = renderDeployment(aRollout({ replicas: 5, suspend: false }), live);
  expect(specOf(kept).template.spec).toEqual(live.spec.template.spec);
  expect(specOf(kept).replicas).toBe(5);
  expect(kept.metadata.annotations).toMatchObject({ 'davit.dev/renderer-version': version });

  const changed = renderDeployment(aRollout({ env: [{ name: 'A', value: '1' }] }), live);
  expect(specOf(changed).template.spec.containers).toMatchObject([{ name: 'shop' }]);
  expect(changed.metadata.annotations).toMatchObject({ 'davit.dev/renderer-version': '3' });
});

interface LivePods {
  containers: [Record<string, unknown> & { env: object[] }];
  initContainers: [Record<string, unknown>];
  volumes: [unknown];
  nodeSelector: Record<string, string>;
  [field: string]: unknown;
}
const drifted: [string, (pods: LivePods) => void][] = [
  ['the image', ({ containers: [app] }) => (app.image = 'docker.io/library/nginx:evil')],
  ['a command', ({ containers: [app] }) => (app.command = ['sleep'])],
  ['a variable', ({ containers: [app] }) => (app.env = [{ name: 'A', value: '2' }])],
  ['the secrets', ({ containers: [app] }) => delete app.envFrom],
  ['a limit', ({ containers: [app] }) => (app.resources = { limits: { memory: '3Gi' } })],
  ['the rights', ({ containers: [app] }) => (app.securityContext = { privileged: true })],
  ['a mount', ({ containers: [app] }) => (app.volumeMounts = [])],
  ['a volume', (pods) => (pods.volumes = [{ name: 'data-shop', emptyDir: {} }])],
  ['the account', (pods) => (pods.serviceAccountName = 'other')],
  ['what runs before', ({ initContainers: [first] }) => (first.image = 'evil')],
  ['a node selector', (pods) => (pods.nodeSelector = { disk: 'hdd' })],
];
const others: typeof drifted = [
  ['another way to write a limit', ({ containers: [app] }) => (app.resources = amounts('2048Mi'))],
  ["somebody else's variable", ({ containers: [app] }) => app.env.push({ name: 'X', value: '1' })],
  ["somebody else's container", ({ containers }) => containers.push({ name: 'agent' } as never)],
  ['a default of the API server', (pods) => (pods.dnsPolicy = 'ClusterFirst')],
];
const amounts = (memory: string): object => ({ limits: { memory } });

/** A Deployment of an older renderer after somebody changed its pods. */
function driftOf(change: (pods: LivePods) => void): {
  child: Child;
  live: LiveDeployment;
} {
  const rollout = aRollout({
    ...full().spec,
    command: ['serve'],
    nodeSelector: { disk: 'ssd' },
    resources: amounts('2Gi'),
    securityContext: { privileged: false },
    initContainers: [{ name: 'migrate', image: aRollout().spec.image }],
  });
  const live = structuredClone(madeBy('1', rollout));
  change(live.spec.template.spec as unknown as LivePods);
  return { live, child: renderDeployment(rollout, live) };
}

test.each(drifted)('of kept pods somebody changed %s: they are made anew', (_what, change) => {
  const { child } = driftOf(change);
  expect(child.metadata.annotations).toMatchObject({ 'davit.dev/renderer-version': '3' });
  expect(specOf(child).template.spec.containers).toMatchObject([
    { image: 'docker.io/library/nginx:1.27', env: [{ name: 'A', value: '1' }] },
  ]);
});

test.each(others)('%s is no reason to make kept pods anew', (_what, change) => {
  const { child, live } = driftOf(change);
  expect(child.metadata.annotations).toMatchObject({ 'davit.dev/renderer-version': '1' });
  expect(specOf(child).template.spec).toEqual(live.spec.template.spec);
});

test('pods of the original operator are made anew when somebody changed them', () => {
  const { annotations = {} } = renderDeployment(full(), made({}, original())).metadata;
  const adopted = made(annotations, original());
  expect(renderDeployment(full(), adopted).metadata.annotations).toEqual(annotations);
  const [app] = adopted.spec.template.spec.containers as [Record<string, unknown>];
  app.image = 'docker.io/library/nginx:evil';
  expect(renderDeployment(full(), adopted).metadata.annotations).toMatchObject({
    'davit.dev/renderer-version': '3',
  });
});

const full = (): RolloutResource =>
  aRollout({
    image: { ...aRollout().spec.image, username: 'u', password: 'p' },
    resources: { requests: { cpu: '100m', memory: '1024Mi' }, limits: { cpu: '1', memory: '2Gi' } },
    env: [{ name: 'A', value: '1' }],
    secrets: [{ name: 'S', value: 'x' }],
    volumes,
    interfaces,
    securityContext: { runAsUser: 1000 },
    serviceAccountName: 'one-click',
  });

/** As the API server gives back what the original operator wrote, with defaults. */
function original(): PodTemplate {
  return {
    metadata: {
      labels,
      annotations: {
        'one-click.dev/secrets-checksum': renderChecksum(full())['one-click.dev/secrets-checksum']!,
        'kubectl.kubernetes.io/restartedAt': '2025-01-01T00:00:00Z',
      },
    },
    spec: {
      containers: [
        {
          name: 'shop',
          image: 'docker.io/library/nginx:1.27',
          imagePullPolicy: 'IfNotPresent',
          env: [{ name: 'A', value: '1' }],
          envFrom: [{ secretRef: { name: 'shop-secrets' } }],
          resources: {
            requests: { cpu: '100m', memory: '1Gi' },
            limits: { cpu: '1', memory: '2Gi' },
          },
          volumeMounts: [{ name: 'data-shop', mountPath: '/data' }],
          securityContext: { privileged: false, runAsNonRoot: false, capabilities: {} },
          terminationMessagePath: '/dev/termination-log',
        },
      ],
      dnsPolicy: 'ClusterFirst',
      imagePullSecrets: [{ name: 'shop-imagepullsecret' }],
      restartPolicy: 'Always',
      securityContext: { fsGroup: 0, runAsGroup: 0, runAsUser: 1000 },
      serviceAccount: 'one-click',
      serviceAccountName: 'one-click',
      terminationGracePeriodSeconds: 30,
      volumes: [{ name: 'data-shop', persistentVolumeClaim: { claimName: 'data-shop' } }],
    },
  };
}
const renderChecksum = (rollout: RolloutResource): Record<string, string> =>
  render(rollout).template.metadata!.annotations!;

test('pods of the original operator are kept while the spec is the one it saw', () => {
  const child = renderDeployment(full(), made({}, original()));
  expect(specOf(child).template.spec).toEqual(original().spec);
  expect(child.metadata.annotations).toEqual({
    'davit.dev/renderer-version': '0',
    'davit.dev/spec-hash': hashOf(full()),
  });
});

test.each<[string, (rollout: RolloutResource) => void]>([
  ['image', ({ spec }) => (spec.image.tag = '1.28')],
  ['secrets', ({ spec }) => (spec.secrets = [{ name: 'S', value: 'y' }])],
  ['env taken away', ({ spec }) => delete spec.env],
  ['volumes taken away', ({ spec }) => delete spec.volumes],
  ['resources', ({ spec }) => (spec.resources = { requests: { cpu: '200m' } })],
  ['arguments', ({ spec }) => (spec.args = ['x'])],
  ['account', ({ spec }) => (spec.serviceAccountName = 'other')],
  ['a field it did not know', ({ spec }) => (spec.drainSeconds = 10)],
])('pods of the original operator are replaced when the spec changed: %s', (_what, change) => {
  const rollout = full();
  change(rollout);
  const child = renderDeployment(rollout, made({}, original()));
  expect(child.metadata.annotations).toMatchObject({ 'davit.dev/renderer-version': '3' });
});

test('a restart asked for on the Rollout reaches the pods, and stays when it is lost there', () => {
  const rollout = aRollout();
  rollout.metadata.annotations = { 'davit.dev/restartedAt': '2026-01-01T00:00:00Z' };
  const { template } = render(rollout);
  expect(template.metadata?.annotations).toMatchObject(rollout.metadata.annotations);
  const live = made({ 'davit.dev/renderer-version': '1' }, template);
  expect(specOf(renderDeployment(aRollout(), live)).template).toEqual(template);
});

test("kubectl's restart is left to kubectl", () => {
  const child = renderDeployment(full(), made({}, original()));
  const annotations = specOf(child).template.metadata?.annotations ?? {};
  expect(Object.keys(annotations)).toEqual(['one-click.dev/secrets-checksum']);
});
