import { KubeHttp, loadKubeconfig } from '@davit/kubernetes';
import { isWhole, keysOf, parseRolloutSpec, renderChildren } from '@davit/rollout';
import type { RolloutResource } from '@davit/rollout';
import { controlPlane, has } from '@davit/testkit';
import type { ControlPlane } from '@davit/testkit';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { aRollout, operatorWorld } from './operator-world.ts';
import type { Fields, OperatorWorld } from './operator-world.ts';

const patient = { timeout: 30_000, interval: 100 };
const image = { registry: 'davit.test', repository: 'web', tag: '1' };
const toleration = { key: 'gpu', operator: 'Exists', effect: 'NoSchedule' };

/** Every kind of child, and in it every field that is a list or a selector. */
const spec = {
  image: { ...image, username: 'u', password: 'p' },
  args: ['serve'],
  command: ['web'],
  horizontalScale: { minReplicas: 1, maxReplicas: 3 },
  rolloutStrategy: 'recreate',
  securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
  secrets: [{ name: 'S', value: 'x' }],
  envFrom: [{ configMapName: 'settings' }],
  files: [{ path: '/etc/app.yaml', content: 'a: 1' }],
  mounts: [{ secretName: 'other', mountPath: '/other' }],
  volumes: [{ name: 'data', mountPath: '/data', size: '1Gi', accessMode: 'ReadWriteMany' }],
  probes: { readiness: { tcp: {}, initialDelaySeconds: 0 } },
  initContainers: [{ name: 'migrate', image, command: ['true'], mounts: [] }],
  sidecars: [{ name: 'agent', image, securityContext: { runAsUser: 0, privileged: false } }],
  interfaces: [
    {
      name: 'http',
      port: 8080,
      ingress: { rules: [{ host: 'a.example', path: '/', tls: true }] },
    },
  ],
  nodeSelector: { disk: 'ssd' },
  tolerations: [toleration],
  hostAliases: [{ ip: '10.0.0.1', hostnames: ['a.test'] }],
  topologySpread: [{ topologyKey: 'kubernetes.io/hostname' }],
  disruptionBudget: { minAvailable: 1 },
  networkPolicy: 'project',
  cronjobs: [{ name: 'tidy', image, schedule: '@daily', suspend: false, inherit: true }],
};

const POD = '/spec/template/spec';
const APP = `${POD}/containers/0`;
const add = (path: string, value: unknown): object => ({ op: 'add', path, value });
const replace = (path: string, value: unknown): object => ({ op: 'replace', path, value });
const remove = (path: string): object => ({ op: 'remove', path });
const rule = { host: 'evil.example', http: { paths: [] } };
const paths = [
  { path: '/', pathType: 'Prefix', backend: { service: { name: 'evil', port: { number: 1 } } } },
];
const metric = {
  type: 'Resource',
  resource: { name: 'memory', target: { type: 'Utilization', averageUtilization: 1 } },
};

/** What somebody does to a child, as a JSON patch. */
const edits: [string, string, string, object[]][] = [
  ['everybody may reach it', 'networkpolicy', 'web', [replace('/spec/ingress', [{}])]],
  [
    'all namespaces may reach it',
    'networkpolicy',
    'web',
    [replace('/spec/ingress', [{ from: [{ namespaceSelector: {} }] }])],
  ],
  [
    'a policy for other pods',
    'networkpolicy',
    'web',
    [add('/spec/podSelector/matchLabels/extra', 'x')],
  ],
  [
    'a policy of more types',
    'networkpolicy',
    'web',
    [replace('/spec/policyTypes', ['Ingress', 'Egress'])],
  ],
  ['a Service for other pods', 'service', 'http-web-svc', [add('/spec/selector/extra', 'x')]],
  ['a rule', 'ingress', 'http-web-ingress', [add('/spec/rules/-', { ...rule, http: { paths } })]],
  ['a path', 'ingress', 'http-web-ingress', [add('/spec/rules/0/http/paths/-', paths[0])]],
  ['a host with TLS', 'ingress', 'http-web-ingress', [add('/spec/tls/-', { hosts: ['e.test'] })]],
  ['a metric', 'hpa', 'web', [add('/spec/metrics/-', metric)]],
  [
    'a policy of scaling',
    'hpa',
    'web',
    [add('/spec/behavior/scaleUp/policies/-', { type: 'Pods', value: 9, periodSeconds: 15 })],
  ],
  ['a budget for other pods', 'pdb', 'web', [add('/spec/selector/matchLabels/extra', 'x')]],
  [
    'a toleration of a cron job',
    'cronjob',
    'tidy',
    [add('/spec/jobTemplate/spec/template/spec/tolerations/-', { operator: 'Exists' })],
  ],
  ['a toleration', 'deployment', 'web', [add(`${POD}/tolerations/-`, { operator: 'Exists' })]],
  ['a node selector', 'deployment', 'web', [add(`${POD}/nodeSelector/zone`, 'x')]],
  ['an argument', 'deployment', 'web', [add(`${APP}/args/-`, '--evil')]],
  ['variables', 'deployment', 'web', [add(`${APP}/envFrom/-`, { secretRef: { name: 'evil' } })]],
  [
    'no denial of rights',
    'deployment',
    'web',
    [remove(`${APP}/securityContext/allowPrivilegeEscalation`)],
  ],
  [
    'another strategy',
    'deployment',
    'api',
    [replace('/spec/strategy', { type: 'RollingUpdate', rollingUpdate: { maxSurge: 3 } })],
  ],
  [
    'another kind of probe',
    'deployment',
    'api',
    [
      remove(`${APP}/readinessProbe/tcpSocket`),
      add(`${APP}/readinessProbe/httpGet`, { path: '/', port: 8080 }),
    ],
  ],
  [
    'a variable from elsewhere',
    'deployment',
    'api',
    [
      replace(`${APP}/env/0`, {
        name: 'A',
        valueFrom: { fieldRef: { fieldPath: 'metadata.name' } },
      }),
    ],
  ],
  [
    'another source of a volume',
    'deployment',
    'api',
    [replace(`${POD}/volumes/0`, { name: 'data-api', emptyDir: {} })],
  ],
  [
    'another kind of budget',
    'pdb',
    'web',
    [remove('/spec/minAvailable'), add('/spec/maxUnavailable', 1)],
  ],
];

const PLURALS: Record<string, string> = {
  cronjob: 'cronjobs',
  deployment: 'deployments',
  hpa: 'horizontalpodautoscalers',
  ingress: 'ingresses',
  networkpolicy: 'networkpolicies',
  pdb: 'poddisruptionbudgets',
  service: 'services',
};

interface Kept {
  metadata: { generation?: number };
  spec: Fields;
}

describe.runIf(has('api'))('what somebody does to a child on a real API server', () => {
  let plane: ControlPlane;
  let world: OperatorWorld;
  beforeAll(async () => {
    plane = await controlPlane({ controllerManager: true });
    world = await operatorWorld(plane);
    await world.apply(aRollout(world.namespace, spec));
    // people correct one thing a few times, not two dozen times
    await world.apply(aRollout(world.namespace, { ...spec, cronjobs: [] }, 'api'));
    await vi.waitFor(() => kept('cronjob', 'tidy'), patient);
    await vi.waitFor(() => kept('hpa', 'api'), patient);
    await world.settled(1_500);
  });
  afterAll(async () => {
    await world?.[Symbol.asyncDispose]();
    await plane?.[Symbol.asyncDispose]();
  });

  const kept = async (kind: string, name: string): Promise<Kept> => {
    const object = JSON.parse(await world.kubectl('get', kind, name, '-o', 'json')) as Kept;
    // what an autoscaler does is another matter
    return { ...object, spec: { ...object.spec, replicas: undefined } };
  };

  test('nothing is written while nobody does anything', async () => {
    expect(await world.writesAfterRestart()).toEqual([]);
  });

  test.each(edits)('%s (%s) is put right, and that is all', async (...edit) => {
    const [, kind, name, patch] = edit;
    const before = await kept(kind, name);
    world.forget();
    await world.kubectl('patch', kind, name, '--type=json', '-p', JSON.stringify(patch));
    await vi.waitFor(async () => {
      // it may be put right before anybody sees it
      expect(writesOf(kind, name)).not.toEqual([]);
      expect((await kept(kind, name)).spec).toEqual(before.spec);
    }, patient);
    await world.settled(1_500);
    // the edit, its repair, and what is in the way before that; services and autoscalers have no generation
    const { generation = 0 } = (await kept(kind, name)).metadata;
    expect(generation).toBeLessThanOrEqual((before.metadata.generation ?? 0) + 3);
    for (const app of ['web', 'api']) {
      const { status } = await world.get<{ status: { reason: string } }>('rollout', app);
      expect(status.reason).not.toMatch(/Invalid|Contended/);
    }
  });

  const writesOf = (kind: string, name: string): string[] =>
    world.writes.filter(
      (write) => write.startsWith('PATCH') && write.endsWith(`${PLURALS[kind]}/${name}`),
    );

  test('fields are whole where the API server says so', async () => {
    const http = new KubeHttp({ config: loadKubeconfig({ path: plane.kubeconfig }) });
    const { spec: stored } = await world.get<RolloutResource>('rollout', 'web');
    parseRolloutSpec(stored);
    const metadata = { name: 'web', namespace: world.namespace, uid: 'u' };
    const resource = { apiVersion: 'v1', kind: 'Rollout', metadata, spec: stored };
    const found: string[] = [];
    for (const child of renderChildren(resource)) {
      const schemas = await schemasOf(http, child.apiVersion);
      const root = Object.values(schemas).find(
        (one) => one['x-kubernetes-group-version-kind']?.[0]?.kind === child.kind,
      );
      expect(root, child.kind).toBeDefined();
      found.push(...differences(child, { node: root!, schemas, name: '', path: child.kind }));
    }
    await http.close();
    expect(found).toEqual([]);
  });
});

interface Schema {
  $ref?: string;
  allOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  'x-kubernetes-list-type'?: string;
  'x-kubernetes-list-map-keys'?: string[];
  'x-kubernetes-map-type'?: string;
  'x-kubernetes-group-version-kind'?: { kind: string }[];
}
type Schemas = Record<string, Schema>;

async function schemasOf(http: KubeHttp, apiVersion: string): Promise<Schemas> {
  const path = apiVersion.includes('/') ? `apis/${apiVersion}` : `api/${apiVersion}`;
  const document = await http.get<{ components: { schemas: Schemas } }>(`/openapi/v3/${path}`);
  return document.components.schemas;
}

interface Place {
  node: Schema;
  schemas: Schemas;
  name: string;
  path: string;
}

/** Paths at which our view of the fields is not the API server's. */
function differences(value: unknown, place: Place): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const { schemas, name, path } = place;
  const type = typeOf(place);
  const list = Array.isArray(value);
  const whole = list
    ? type['x-kubernetes-list-type'] !== 'map'
    : type['x-kubernetes-map-type'] === 'atomic';
  // an entry of a list is found by what it is, and then in parts
  if (name !== '' && isWhole(name, value) !== whole) return [`${path}: whole is ${whole}`];
  if (whole) return [];
  const inside = list
    ? value.map((one, at) => ({ one: one as unknown, node: type.items, name: '', at: `[${at}]` }))
    : Object.entries(value).map(([below, one]) => ({
        ...{ one: one as unknown, node: type.properties?.[below], name: below, at: `.${below}` },
      }));
  const found = inside.flatMap(({ one, node, at, ...field }) =>
    node ? differences(one, { node, schemas, path: path + at, ...field }) : [],
  );
  return list ? [...keysMissed(type, place), ...found] : found;
}

function keysMissed(type: Schema, { name, path }: Place): string[] {
  const keys = type['x-kubernetes-list-map-keys'];
  return JSON.stringify(keys) === JSON.stringify(keysOf(name)) ? [] : [`${path}: ${String(keys)}`];
}

function typeOf({ node, schemas }: Place): Schema {
  const reference = node.$ref ?? node.allOf?.[0]?.$ref;
  const name = reference?.split('/').at(-1);
  return { ...(name === undefined ? {} : schemas[name]), ...node };
}
