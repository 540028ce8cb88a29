import { readdirSync, readFileSync } from 'node:fs';
import { isKnownKind, KubeHttp, loadKubeconfig, RESOURCES, resourcePath } from '@davit/kubernetes';
import { parseRolloutSpec, renderChildren } from '@davit/rollout';
import type { Child, PodTemplate, RolloutResource, RolloutSpec } from '@davit/rollout';
import { controlPlane, has } from '@davit/testkit';
import type { ControlPlane } from '@davit/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { listed, refusal } from './complaints.ts';
import { installCrd } from './install-crd.ts';

const manifests = new URL('../fixtures/manifests/', import.meta.url);
const files = readdirSync(manifests).filter((name) => /\.(yaml|json)$/.test(name));
const image = { registry: 'docker.io', repository: 'library/nginx', tag: '1' };
const scale = { minReplicas: 3, maxReplicas: 2 };
const variable = { name: 'A', value: '1' };
const job = { name: 'job', schedule: '@daily', image };
const file = { path: '/a', content: '' };
const helper = { name: 'helper', image };
const interfaces = [{ name: 'http', port: 80 }];
const NOON = '2026-01-01T12:00:00Z';
const volume = { name: 'data', mountPath: '/data', size: '1Gi' };

/** Each breaks one rule that spans fields; the API server and the twin say the same about it. */
const broken: [string, object][] = [
  ['minimum above maximum', { horizontalScale: scale }],
  [
    'repeated interfaces',
    {
      interfaces: [
        { name: 'a', port: 1 },
        { name: 'a', port: 2 },
      ],
    },
  ],
  ['repeated volumes', { volumes: [volume, { ...volume, mountPath: '/other' }] }],
  ['repeated mount paths', { volumes: [volume, { ...volume, name: 'other' }] }],
  ['repeated cron jobs', { cronjobs: [job, job] }],
  ['repeated variables of a helper', { sidecars: [{ ...helper, env: [variable, variable] }] }],
  ['a volume of no size', { volumes: [{ ...volume, size: '0' }] }],
  ['a mount path with a colon', { volumes: [{ ...volume, mountPath: '/a:b' }] }],
  ['more CPU requested than allowed', resources({ cpu: '1' }, { cpu: '999m' })],
  ['a probe of two kinds', { probes: { liveness: { tcp: { port: 1 }, exec: { command: [] } } } }],
  ['a probe of no kind', { probes: { startup: { periodSeconds: 1 } } }],
  ['an update that cannot move', { rollingUpdate: { maxSurge: 0, maxUnavailable: '0%' } }],
  ['a budget of two kinds', { disruptionBudget: { minAvailable: 1, maxUnavailable: '50%' } }],
  ['variables from nowhere', { envFrom: [{ secretName: '' }] }],
  [
    'a mount of two sources',
    { mounts: [{ secretName: 'a', configMapName: 'b', mountPath: '/a' }] },
  ],
  ['repeated files', { files: [file, file] }],
  ['repeated sidecars', { sidecars: [helper, helper] }],
  ['more memory requested than allowed', resources({ memory: '1Gi' }, { memory: '1000Mi' })],
  ['a drain beyond the grace period', { drainSeconds: 5, terminationGracePeriodSeconds: 4 }],
  ['a profile of the node without its name', seccomp({ type: 'Localhost' })],
  ['a name for the usual profile', seccomp({ type: 'RuntimeDefault', localhostProfile: 'a' })],
];

/** Each breaks a bound or a pattern; both refuse it at the same path, in their own words. */
const malformed: [string, object][] = [
  ['no image', { image: undefined }],
  ['a blank tag', { image: { ...image, tag: '' } }],
  ['a bad repository', { image: { ...image, repository: 'Nginx' } }],
  ['a bad registry', { image: { ...image, registry: 'https://docker.io' } }],
  ['a bad quantity', resources({ cpu: 'abc' }, {})],
  ['port 0', { interfaces: [{ name: 'a', port: 0 }] }],
  ['an interface that starts with a digit', { interfaces: [{ name: '1a', port: 1 }] }],
  ['a relative mount path', { volumes: [{ ...volume, mountPath: 'data' }] }],
  ['a relative path', { interfaces: [{ name: 'a', port: 1, ingress: rules('a.b', 'x') }] }],
  ['a bad host', { interfaces: [{ name: 'a', port: 1, ingress: rules('a b', '/') }] }],
  ['a route to no Gateway', { interfaces: [{ name: 'a', port: 1, httpRoute: route('', '/') }] }],
  [
    'a route that is no path',
    { interfaces: [{ name: 'a', port: 1, httpRoute: route('g', '//') }] },
  ],
  ['a bad schedule', { cronjobs: [{ ...job, schedule: 'every day' }] }],
  ['a bad variable', { env: [{ name: 'A=B', value: '' }] }],
  ['a negative number of replicas', { replicas: -1 }],
  ['the wrong type', { suspend: 'yes' }],
  ['a share above all', { rollingUpdate: { maxSurge: 'all' } }],
  ['a time without a date', { restartedAt: '12:00' }],
  ['an unknown mode', { mode: 'daemon' }],
  ['a budget of more than all', { disruptionBudget: { minAvailable: '101%' } }],
  ['more than all missing', { rollingUpdate: { maxUnavailable: '150%' } }],
  ['a profile above its folder', seccomp({ type: 'Localhost', localhostProfile: '../a' })],
  [
    'a cron job whose runs would have too long names',
    { cronjobs: [{ ...job, name: 'x'.repeat(53) }] },
  ],
];

/** Legal, at the edge of what the API server takes; the first ones as the original operator took them. */
const accepted: [string, object][] = [
  ['another strategy', { rolloutStrategy: 'Recreate' }],
  ['an empty strategy', { rolloutStrategy: '' }],
  ['repeated variables', { env: [variable, { ...variable, value: '2' }] }],
  ['repeated secrets', { secrets: [variable, { name: ' A ', value: '2' }] }],
  ['a secret that starts with a digit', { secrets: [{ name: '1.a', value: '' }] }],
  ['repeated variables of a job', { cronjobs: [{ ...job, env: [variable, variable] }] }],
  ['a schedule between blanks', { cronjobs: [{ ...job, schedule: ' 0\t*  * * MON-FRI ' }] }],
  ['an empty path', { interfaces: [{ name: 'a', port: 1, ingress: rules('a.b', '') }] }],
  ['an empty operator and effect', { tolerations: [{ key: 'a', operator: '', effect: '' }] }],
  ['no time to end', { interfaces, terminationGracePeriodSeconds: 0 }],
  ['little time to end', { interfaces, terminationGracePeriodSeconds: 3 }],
  ['a drain as long as the grace period', { drainSeconds: 9, terminationGracePeriodSeconds: 9 }],
  ['a budget in quotes', { disruptionBudget: { minAvailable: '1' } }],
  ['a budget of all', { disruptionBudget: { maxUnavailable: '100%' } }],
  ['twice as many', { rollingUpdate: { maxSurge: '200%', maxUnavailable: '0' } }],
  ['a long name of a cron job', { cronjobs: [{ ...job, name: 'x'.repeat(52), runAt: NOON }] }],
  ['a profile of the node', seccomp({ type: 'Localhost', localhostProfile: 'a/b.json' })],
  ['a bare fraction', resources({ cpu: '.5', memory: '+1.Gi' }, { cpu: '1.', memory: '2e+9' })],
];

/** One of each field that is newer than the fixtures. */
const everything = {
  image: { ...image, pullSecretName: 'pull' },
  imagePullPolicy: 'Always',
  horizontalScale: { minReplicas: 2, maxReplicas: 4 },
  rollingUpdate: { maxSurge: '50%', maxUnavailable: 1 },
  rolloutStrategy: 'rollingUpdate',
  progressDeadlineSeconds: 120,
  rollback: 'auto',
  restartedAt: '2026-01-01T00:00:00Z',
  probes: {
    readiness: { http: { path: '/ready', port: 8080 }, periodSeconds: 1 },
    liveness: { tcp: {}, initialDelaySeconds: 5 },
    startup: { exec: { command: ['true'] }, failureThreshold: 30, timeoutSeconds: 2 },
  },
  drainSeconds: 3,
  terminationGracePeriodSeconds: 20,
  secrets: [variable],
  envFrom: [{ secretName: 'other', prefix: 'O_' }, { configMapName: 'settings' }],
  files: [{ path: '/etc/app.yaml', content: 'a: 1' }],
  mounts: [{ configMapName: 'settings', mountPath: '/settings' }],
  volumes: [{ ...volume, accessMode: 'ReadWriteMany', reclaim: 'Delete' }],
  initContainers: [
    {
      ...helper,
      name: 'migrate',
      command: ['true'],
      args: ['x'],
      env: [variable],
      secrets: true,
      imagePullPolicy: 'Never',
      resources: { requests: { cpu: '10m' }, limits: { memory: '64Mi' } },
      securityContext: { runAsUser: 7, readOnlyRootFilesystem: true },
      mounts: [{ volume: 'data', mountPath: '/d' }],
    },
  ],
  sidecars: [helper],
  interfaces: [
    {
      name: 'http',
      port: 8080,
      ingress: {
        ingressClass: 'nginx',
        annotations: { a: 'b' },
        rules: [
          { host: 'a.example', path: '/', tls: true },
          { host: '*.b.example', path: '/x', tls: true, tlsSecretName: 'wildcard' },
        ],
      },
    },
    {
      name: 'route',
      port: 8081,
      httpRoute: { gateways: [{ name: 'public' }], hostnames: ['c.example'], paths: ['/'] },
    },
  ],
  topologySpread: [{ topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'DoNotSchedule' }],
  disruptionBudget: { minAvailable: '50%' },
  networkPolicy: 'project',
  cronjobs: [
    {
      ...job,
      inherit: true,
      timeZone: 'Europe/Zurich',
      concurrencyPolicy: 'Forbid',
      startingDeadlineSeconds: 60,
      activeDeadlineSeconds: 600,
      successfulJobsHistoryLimit: 1,
      failedJobsHistoryLimit: 0,
      runAt: '2026-01-01T00:00:00Z',
    },
  ],
};

function resources(requests: object, limits: object): object {
  return { resources: { requests, limits } };
}
function seccomp(seccompProfile: object): object {
  return { securityContext: { seccompProfile } };
}
function route(name: string, path: string): object {
  return { gateways: [{ name }], paths: [path] };
}
function rules(host: string, path: string): object {
  return { rules: [{ host, path }] };
}

describe.runIf(has('api'))('the CRD on a real API server', () => {
  let plane: ControlPlane;
  let http: KubeHttp;
  const signal = AbortSignal.timeout(110_000);
  const path = '/apis/one-click.dev/v1alpha1/namespaces/crd-test/rollouts';
  const query = { dryRun: 'All', fieldValidation: 'Strict' };

  beforeAll(async () => {
    plane = await controlPlane();
    http = new KubeHttp({ config: loadKubeconfig({ path: plane.kubeconfig }) });
    await plane.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'crd-test' } });
    await installCrd(plane);
  });
  afterAll(async () => {
    await http.close();
    await plane[Symbol.asyncDispose]();
  });

  const create = (spec: unknown): Promise<RolloutResource> => {
    const metadata = { name: 'shop', namespace: 'crd-test' };
    const rollout = { apiVersion: 'one-click.dev/v1alpha1', kind: 'Rollout', metadata, spec };
    return http.create<RolloutResource>(path, rollout, { query, signal });
  };

  const keepsChildrenOf = async (rollout: RolloutResource): Promise<void> => {
    for (const child of renderChildren(rollout)) {
      if (child.kind === 'HTTPRoute') continue;
      const kept = await http.create<Child>(pathOf(child), child, { query, signal });
      expect(kept).toMatchObject(child);
    }
  };

  test('every field at once is accepted, and its objects are kept as they were rendered', async () => {
    const rollout = await create(everything);
    expect(rollout.spec).toEqual(everything);
    parseRolloutSpec(everything);
    await keepsChildrenOf(rollout);
  });

  describe.each(files)('%s', (file) => {
    const specs = parseAllDocuments(readFileSync(new URL(file, manifests), 'utf8')).map(
      (document) => (document.toJS() as { spec: RolloutSpec }).spec,
    );

    test('is accepted and kept as it is', async () => {
      for (const spec of specs) expect((await create(spec)).spec).toEqual(spec);
    });

    test('becomes objects that are kept as they were rendered', async () => {
      for (const spec of specs) {
        await keepsChildrenOf(await create(spec));
      }
    });
  });

  test.each(accepted)('takes %s, and its objects are kept', async (_what, change) => {
    const spec = { image, ...change } as RolloutSpec;
    parseRolloutSpec(spec);
    await keepsChildrenOf(await create(spec));
  });

  test('what is to be restricted runs where only restricted pods may', async () => {
    const namespace = 'crd-restricted';
    const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
    const account = {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'a', namespace },
    };
    await plane.apply(
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels } },
      account,
    );
    const restricted = (securityContext: object): RolloutResource[] => {
      const own = { ...helper, securityContext };
      const spec = {
        ...{ image, securityContext, serviceAccountName: 'a', volumes: [volume] },
        initContainers: [own],
        sidecars: [{ ...own, name: 'proxy' }],
        cronjobs: [
          { ...job, inherit: true },
          { ...job, name: 'alone', securityContext, runAt: '2026-01-01T00:00:00Z' },
        ],
      } as RolloutSpec;
      return (['service', 'job'] as const).map((mode) => ({
        apiVersion: 'one-click.dev/v1alpha1',
        kind: 'Rollout',
        metadata: { name: 'shop', namespace, uid: 'u' },
        spec: parseRolloutSpec({ ...spec, mode }),
      }));
    };
    const admitted = async (securityContext: object): Promise<Record<string, unknown>> => {
      const outcomes: Record<string, unknown> = {};
      for (const child of restricted(securityContext).flatMap((one) => renderChildren(one))) {
        const pod = podOf(child);
        if (pod === undefined) continue;
        const { kind } = child;
        const path = resourcePath(RESOURCES.Pod, { namespace });
        const metadata = { ...pod.metadata, name: 'pod', namespace };
        const spec = { ...pod.spec, serviceAccountName: 'a' };
        const object = { apiVersion: 'v1', kind: 'Pod', metadata, spec };
        outcomes[`${kind} ${child.metadata.name}`] = await http
          .create(path, object, { query, signal })
          .then(() => 'admitted', String);
      }
      return outcomes;
    };
    const rights = {
      ...{ runAsNonRoot: true, runAsUser: 1000, allowPrivilegeEscalation: false },
      capabilities: { drop: ['ALL'] },
    };
    const open = Object.values(await admitted(rights));
    expect(open).toHaveLength(5);
    for (const outcome of open) expect(outcome).toContain('seccompProfile');
    const closed = await admitted({ ...rights, seccompProfile: { type: 'RuntimeDefault' } });
    expect(new Set(Object.values(closed))).toEqual(new Set(['admitted']));
  });

  test.each(broken)('refuses %s with the words of its twin', async (_what, change) => {
    const spec = { image, ...change };
    const [twin] = listed((await refusal(() => parseRolloutSpec(spec))) ?? {});
    const places = listed((await refusal(() => create(spec))) ?? {});
    expect(places.map(({ at }) => at)).toContain(`spec.${twin!.at}`);
    expect(places.map(({ message }) => message).join('\n')).toContain(twin!.message);
  });

  test.each(malformed)('refuses %s where its twin does', async (_what, change) => {
    const spec = { image, ...change };
    const [twin] = listed((await refusal(() => parseRolloutSpec(spec))) ?? {});
    const places = listed((await refusal(() => create(spec))) ?? {});
    expect(places.map(({ at }) => at)).toContain(`spec.${twin!.at}`);
  });

  test('refuses a name that could not be the name of a container', async () => {
    const rollout = {
      apiVersion: 'one-click.dev/v1alpha1',
      kind: 'Rollout',
      metadata: { name: 'a.b', namespace: 'crd-test' },
      spec: { image },
    };
    await expect(http.create(path, rollout, { query, signal })).rejects.toThrow(
      /must be a DNS label of at most 63 characters/,
    );
  });

  test('kubectl scale sets the replicas', async () => {
    const metadata = { name: 'scaled', namespace: 'crd-test' };
    await plane.apply({
      apiVersion: 'one-click.dev/v1alpha1',
      kind: 'Rollout',
      metadata,
      spec: { image },
    });
    await plane.kubectl('-n', 'crd-test', 'scale', 'ro/scaled', '--replicas=4');
    const live = await http.get<RolloutResource>(`${path}/scaled`, { signal });
    expect(live.spec.replicas).toBe(4);
  });
});

/** What the pods of a child are made from; undefined where it has none. */
function podOf({ kind, spec }: Child): PodTemplate | undefined {
  const made = spec as { template?: PodTemplate; jobTemplate: { spec: object } } | undefined;
  const owner = kind === 'CronJob' ? made?.jobTemplate.spec : made;
  return (owner as { template?: PodTemplate } | undefined)?.template;
}

function pathOf({ kind, metadata }: Child): string {
  if (!isKnownKind(kind)) throw new Error(`Unknown kind ${kind}.`);
  return resourcePath(RESOURCES[kind], { namespace: metadata.namespace });
}
