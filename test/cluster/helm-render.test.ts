import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LEASE_RULES, NAMESPACE_RULES, RULES } from '@davit/operator-app';
import { controlPlane, has, temporaryDirectory } from '@davit/testkit';
import type { ControlPlane } from '@davit/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { CHART, helm } from './helm.ts';

interface Manifest {
  kind: string;
  metadata: { name: string; namespace?: string; labels: Record<string, string> };
  rules?: unknown;
  spec?: Record<string, unknown>;
}
interface PodSpec {
  serviceAccountName: string;
  securityContext: object;
  containers: [{ image: string; args: string[]; securityContext: object }];
}

/** What a user may set; the release is blog, in the namespace davit, where nothing else is said. */
const VALUES = {
  'nothing set': { release: 'davit-operator' },
  'another name': {},
  'a name of digits': { release: '123', namespace: '456' },
  'a name with dots': { release: '1.blog.v2' },
  'the longest name': { release: `a${'b'.repeat(50)}.c`, namespace: 'n'.repeat(63) },
  'some namespaces': { values: { namespaces: ['shop', 'davit', '007'] } },
  'a tag that is a number': { values: { image: { tag: 20260131 } } },
  'one copy, no metrics, no definition': {
    values: { replicas: 1, metrics: { enabled: false }, crds: { install: false } },
  },
  'no copy, no look at the original': { values: { replicas: 0, lookForOriginal: false } },
  'an account that is there': { values: { serviceAccount: { create: false, name: 'mine' } } },
  'an account of another name': {
    values: { serviceAccount: { name: 'mine', annotations: { 'example.com/role': 'true' } } },
  },
  'users the cluster gives out': {
    values: { podSecurityContext: { runAsUser: null, runAsGroup: null } },
  },
  'a monitor, and all that pods can have': {
    values: {
      metrics: { port: 9090, serviceMonitor: { enabled: true, labels: { release: '1' } } },
      podLabels: { 'app.kubernetes.io/name': 'theirs', team: '7' },
      podAnnotations: { 'example.com/on': 'true' },
      priorityClassName: 'system-cluster-critical',
      imagePullSecrets: [{ name: 'pull' }],
      nodeSelector: { 'example.com/disk': '1' },
      tolerations: [{ operator: 'Exists' }],
      affinity: { podAntiAffinity: {} },
      leaseName: 'mine',
      workers: 8,
      logLevel: 'debug',
    },
  },
} satisfies Record<string, Row>;
type Row = { release?: string; namespace?: string; values?: object };
const rows: [name: string, Required<Row>][] = Object.entries(VALUES).map(([name, row]) => [
  name,
  { release: 'blog', namespace: 'davit', values: {}, ...(row as Row) },
]);

const REFUSED: Record<string, object> = {
  'a misspelt key': { replica: 3 },
  'a misspelt key below': { metrics: { enable: false } },
  'a number in words': { replicas: 'two' },
  'a word for a switch': { crds: { install: 'no' } },
  'a level that is none': { logLevel: 'loud' },
  'more workers than there can be': { workers: 100 },
  'a name that is none': { namespaces: ['Shop'] },
  'namespaces in one text': { namespaces: 'shop,blog' },
  'the port of the probes': { metrics: { port: 8081 } },
  'a label that is no text': { podLabels: { a: 1 } },
};

describe.runIf(has('api') && has('helm'))('the chart, rendered', () => {
  let plane: ControlPlane;
  const opened = new AsyncDisposableStack();
  beforeAll(async () => {
    plane = opened.use(await controlPlane());
    const namespaces = new Set(rows.map(([, { namespace }]) => namespace));
    for (const name of [...namespaces, 'shop', '007']) {
      await plane.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    }
    await plane.apply(monitors);
  });
  afterAll(() => opened.disposeAsync());

  async function render({ release, namespace, values }: Required<Row>): Promise<string> {
    await using folder = await temporaryDirectory('values');
    const file = join(folder.path, 'values.json');
    await writeFile(file, JSON.stringify(values));
    const options = ['--namespace', namespace, '--values', file];
    return await helm(plane.kubeconfig, 'template', release, CHART, ...options);
  }
  const parsed = (text: string): Manifest[] =>
    parseAllDocuments(text, { uniqueKeys: true }).map((document) => {
      expect(document.errors).toEqual([]);
      return document.toJS() as Manifest;
    });
  async function rendered(name: keyof typeof VALUES): Promise<Manifest[]> {
    return parsed(await render(rows.find(([other]) => other === name)![1]));
  }
  const pod = (all: Manifest[]): PodSpec => {
    const { spec } = all.find(({ kind }) => kind === 'Deployment')!;
    return (spec as { template: { spec: PodSpec } }).template.spec;
  };

  test.each(rows)('is taken by the API server: %s', async (_name, row) => {
    const { release } = row;
    const text = await render(row);
    const own = parsed(text).filter(({ kind }) => kind !== 'CustomResourceDefinition');
    for (const { metadata } of own) {
      expect(metadata.labels['app.kubernetes.io/instance']).toBe(release);
    }
    await using folder = await temporaryDirectory('rendered');
    const file = join(folder.path, 'all.yaml');
    await writeFile(file, text);
    await plane.kubectl('apply', '--dry-run=server', '--filename', file);
  });

  test.each(Object.entries(REFUSED))('refuses %s', async (_what, values) => {
    await expect(render({ release: 'blog', namespace: 'davit', values })).rejects.toThrow(
      /values don't meet/,
    );
  });

  test('its rights are those of the code, its lease is its own', async () => {
    const all = await rendered('another name');
    const rules = (kind: string, name: string): unknown =>
      all.find((one) => one.kind === kind && one.metadata.name === name)?.rules;
    expect(rules('ClusterRole', 'davit-blog-davit-operator')).toEqual([
      ...RULES,
      ...NAMESPACE_RULES,
    ]);
    const leases = JSON.stringify(LEASE_RULES).replace('davit-operator', 'blog-davit-operator');
    expect(rules('Role', 'blog-davit-operator-lease')).toEqual(JSON.parse(leases));
    expect(pod(all).containers[0].args).toContain('--lease-name=blog-davit-operator');
    const usual = pod(await rendered('nothing set')).containers[0].args;
    expect(usual.join()).not.toContain('--lease-name');
  });

  test('with namespaces its rights end there', async () => {
    const all = await rendered('some namespaces');
    const wide = all.filter(({ kind }) => kind === 'ClusterRole');
    expect(wide.map(({ metadata }) => metadata.name)).toEqual([
      'davit-blog-davit-operator-original',
    ]);
    const roles = all.filter(({ kind, rules }) => kind === 'Role' && rules !== undefined);
    expect(roles.map(({ metadata }) => metadata.namespace).sort()).toEqual(
      ['007', 'davit', 'davit', 'shop'], // its lease is in davit, too
    );
    expect(pod(all).containers[0].args).toContain('--namespaces=shop,davit,007');
  });

  test('what is set arrives, and what selects its pods stays', async () => {
    const all = await rendered('a monitor, and all that pods can have');
    const { spec } = all.find(({ kind }) => kind === 'Deployment')!;
    expect(spec).toMatchObject({
      template: {
        metadata: { labels: { 'app.kubernetes.io/name': 'davit-operator', team: '7' } },
      },
    });
    const monitor = all.find(({ kind }) => kind === 'ServiceMonitor');
    expect(monitor?.metadata.labels).toMatchObject({ release: '1' });
    const image = pod(await rendered('a tag that is a number')).containers[0].image;
    expect(image).toBe('ghcr.io/davit/davit-operator:20260131');
    const given = pod(await rendered('users the cluster gives out')).securityContext;
    expect(given).toEqual({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
    const account = await rendered('an account that is there');
    expect(account.map(({ kind }) => kind)).not.toContain('ServiceAccount');
    expect(pod(account).serviceAccountName).toBe('mine');
  });
});

/** As much of the Prometheus operator's definition as its objects need. */
const monitors = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'servicemonitors.monitoring.coreos.com' },
  spec: {
    group: 'monitoring.coreos.com',
    names: { kind: 'ServiceMonitor', plural: 'servicemonitors' },
    scope: 'Namespaced',
    versions: [
      {
        ...{ name: 'v1', served: true, storage: true },
        schema: {
          openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        },
      },
    ],
  },
};
