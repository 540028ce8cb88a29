import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClusterObject } from '@davit/domain';
import { KubeHttp, loadKubeconfig, OperatorCluster } from '@davit/kubernetes';
import type { OperatorClusterOptions } from '@davit/kubernetes';
import { ANNOTATIONS } from '@davit/rollout';
import { controlPlane, has, temporaryDirectory } from '@davit/testkit';
import type { ControlPlane } from '@davit/testkit';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { installCrd } from './install-crd.ts';
import { aRollout } from './operator-world.ts';

const alone: OperatorClusterOptions['lease'] = { held: true, hold: (signal, lead) => lead(signal) };
const LABEL = 'one-click.dev/deploymentId';
const patient = { timeout: 60_000, interval: 100 };

describe.runIf(has('api'))("the operator's view of a real API server", () => {
  let plane: ControlPlane;
  let count = 0;
  beforeAll(async () => {
    plane = await controlPlane();
    await installCrd(plane);
  });
  afterAll(() => plane?.[Symbol.asyncDispose]());

  async function aNamespace(): Promise<string> {
    const name = `view-${(count += 1)}`;
    await plane.kubectl('create', 'namespace', name);
    return name;
  }

  function view(options: Partial<OperatorClusterOptions>, kubeconfig = plane.kubeconfig) {
    const http = new KubeHttp({ config: loadKubeconfig({ path: kubeconfig }) });
    const changes: string[] = [];
    const connected = new Map<string, boolean>();
    const cluster = new OperatorCluster({
      ...{ http, namespaces: [], lease: alone, identity: 'test', ownerLabel: LABEL },
      ...{ childKinds: ['Deployment', 'Secret'], wholeKinds: [], optionalKinds: [] },
      onChange: (key) => void changes.push(key),
      onState: ({ kind, namespace }, state) =>
        void connected.set(`${kind} ${namespace}`, state.connected),
      ...options,
    });
    const stop = new AbortController();
    const running = cluster.run(stop.signal);
    const close = async (): Promise<void> => {
      stop.abort();
      await running;
      await http.close();
    };
    const watches = (): [number, number] => [
      connected.size,
      [...connected.values()].filter(Boolean).length,
    ];
    return { cluster, changes, connected, watches, [Symbol.asyncDispose]: close };
  }

  test('of twenty-five namespaces every kind is watched, and every change is seen', async () => {
    const namespaces: string[] = [];
    for (let index = 0; index < 25; index += 1) namespaces.push(await aNamespace());
    await using seen = view({
      namespaces,
      childKinds: ['Deployment', 'Pod', 'Service', 'Secret', 'ConfigMap', 'Ingress', 'Job'],
      wholeKinds: ['ServiceAccount', 'HorizontalPodAutoscaler', 'CronJob', 'NetworkPolicy'],
      optionalKinds: ['HTTPRoute'],
    });
    expect(seen.watches()).toEqual([25 * 13, 0]);
    expect(await seen.cluster.synced()).toBe(true);
    await vi.waitFor(() => expect(seen.watches()).toEqual([25 * 13, 25 * 13]), patient);
    await plane.apply(...namespaces.map((namespace) => aRollout(namespace)));
    const keys = namespaces.map((namespace) => `${namespace}/web`).sort();
    await vi.waitFor(() => expect(seen.cluster.keys().sort()).toEqual(keys), patient);
    seen.changes.splice(0);
    await plane.apply(
      ...namespaces.map((namespace) => anAutoscaler(namespace, 'Deployment', 'web')),
    );
    await vi.waitFor(() => expect([...new Set(seen.changes)].sort()).toEqual(keys), patient);
  });

  test('a namespace without rights keeps no other from being served, and shows nothing half known', async () => {
    await using rights = await account(plane);
    const [good, late] = [await aNamespace(), await aNamespace()];
    await plane.apply(aRollout(good), aRollout(late));
    await rights.grant(good, 'rollouts', 'deployments', 'secrets');
    await rights.grant(late, 'rollouts', 'deployments');
    await using seen = view({ namespaces: [good, late] }, rights.kubeconfig);
    expect(await seen.cluster.synced()).toBe(true);
    expect(seen.cluster.keys()).toEqual([`${good}/web`]);
    const refusals = [{ namespace: late, reason: expect.stringContaining('secrets') as string }];
    // rights that were given a moment ago may be missing, too
    await vi.waitFor(() => expect(seen.cluster.refusals()).toEqual(refusals), patient);
    await vi.waitFor(() => expect(seen.connected.get(`Rollout ${late}`)).toBe(true), patient);
    expect(seen.connected.get(`Secret ${late}`)).toBe(false);
    expect(seen.cluster.rollout(`${late}/web`)).toBeUndefined();
    expect(seen.changes).toEqual([`${good}/web`]);
    await rights.grant(late, 'rollouts', 'deployments', 'secrets');
    await vi.waitFor(() => expect(seen.cluster.rollout(`${late}/web`)).toBeDefined(), patient);
    expect(seen.changes).toEqual([`${good}/web`, `${late}/web`]);
    await vi.waitFor(() => expect(seen.cluster.refusals()).toEqual([]), patient);
  });

  test('without any rights nothing is ready', async () => {
    await using rights = await account(plane);
    const namespaces = [await aNamespace(), await aNamespace()];
    const seen = view({ namespaces }, rights.kubeconfig);
    await vi.waitFor(() => expect(seen.cluster.refusals()).toHaveLength(2), patient);
    const synced = seen.cluster.synced();
    await seen[Symbol.asyncDispose]();
    expect(await synced).toBe(false);
  });

  test('an autoscaler wakes the Rollout it scales, and only when it changes; an account everybody', async () => {
    const [here, elsewhere] = [await aNamespace(), await aNamespace()];
    await plane.apply(aRollout(here, {}, 'a'), aRollout(here, {}, 'b'), aRollout(elsewhere));
    await using seen = view({
      namespaces: [here, elsewhere],
      wholeKinds: ['HorizontalPodAutoscaler', 'ServiceAccount'],
    });
    await seen.cluster.synced();
    const scale = (kind: string, name: string): Promise<string> =>
      plane.apply(anAutoscaler(here, kind, name));
    const measure = (currentReplicas: number): Promise<string> => {
      const status = { currentReplicas, desiredReplicas: currentReplicas, conditions: [] };
      const patch = ['--subresource=status', '--type=merge', '-p', JSON.stringify({ status })];
      return plane.kubectl('-n', here, 'patch', 'hpa', 'deployment-a', ...patch);
    };
    await scale('Deployment', 'a');
    await vi.waitFor(() => expect(seen.changes.at(-1)).toBe(`${here}/a`), patient);
    seen.changes.splice(0);
    await scale('StatefulSet', 'db');
    for (const replicas of [1, 2, 3]) await measure(replicas);
    // comes after them in the same watch
    await scale('Deployment', 'b');
    await vi.waitFor(() => expect(seen.changes).toEqual([`${here}/b`]), patient);
    seen.changes.splice(0);
    await plane.kubectl('-n', here, 'create', 'sa', 'shared');
    await vi.waitFor(
      () => expect(seen.changes.sort()).toEqual([`${here}/a`, `${here}/b`]),
      patient,
    );
  });

  test('the label of a namespace is known, and all that is in it is told when it changes', async () => {
    const [here, elsewhere] = [await aNamespace(), await aNamespace()];
    await plane.apply(aRollout(here, {}, 'a'), aRollout(here, {}, 'b'), aRollout(elsewhere));
    const label = (value: string): Promise<string> =>
      plane.kubectl('label', 'namespace', here, '--overwrite', `davit.dev/test${value}`);
    await label('=first');
    await using seen = view({ namespaceLabel: 'davit.dev/test' });
    expect(await seen.cluster.synced()).toBe(true);
    expect(seen.cluster.networkPolicy(here)).toBe('first');
    expect(seen.cluster.networkPolicy(elsewhere)).toBeUndefined();
    for (const [value, known] of [
      ['=second', 'second'],
      ['-', undefined],
      ['=third', 'third'],
    ] as const) {
      seen.changes.splice(0);
      await label(value);
      const told = [`${here}/a`, `${here}/b`];
      await vi.waitFor(() => expect(seen.changes.sort()).toEqual(told), patient);
      expect(seen.cluster.networkPolicy(here)).toBe(known);
    }
  });

  test.each([
    ['goes when an object without our mark is taken over', false, undefined],
    ['stays on an object that has our mark', true, 'kept'],
  ])('what an operator called manager added %s', async (_, isOurs, expected) => {
    const namespace = await aNamespace();
    const annotations = isOurs ? { [ANNOTATIONS.appliedHash]: 'x' } : {};
    const labels = { [LABEL]: 'web' };
    const secret = (value: string): ClusterObject => ({
      ...{ apiVersion: 'v1', kind: 'Secret', stringData: { value } },
      metadata: { name: 'web', namespace, labels, annotations },
    });
    await using seen = view({ namespaces: [namespace] });
    await seen.cluster.synced();
    const signal = AbortSignal.timeout(60_000);
    await seen.cluster.create(secret('1'), signal);
    const patch = JSON.stringify({ metadata: { annotations: { added: 'kept' } } });
    const as = ['--field-manager=manager', '--type=merge', '-p', patch];
    await plane.kubectl('-n', namespace, 'patch', 'secret', 'web', ...as);
    const added = (): unknown => seen.cluster.find(secret('1'))?.metadata.annotations?.['added'];
    await vi.waitFor(() => expect(added()).toBe('kept'), patient);
    // the first one adopts, the second one removes
    for (const value of ['2', '3']) await seen.cluster.apply(secret(value), signal);
    expect(added()).toBe(expected);
  });
});

function anAutoscaler(namespace: string, kind: string, target: string): object {
  return {
    ...{ apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler' },
    metadata: { name: `${kind}-${target}`.toLowerCase(), namespace },
    spec: { maxReplicas: 2, scaleTargetRef: { apiVersion: 'apps/v1', kind, name: target } },
  };
}

/** Somebody with no rights but those that are granted, to look at kinds in a namespace. */
async function account(plane: ControlPlane) {
  const name = `viewer-${Math.random().toString(36).slice(2, 8)}`;
  await plane.kubectl('-n', 'default', 'create', 'sa', name);
  const token = await plane.kubectl('-n', 'default', 'create', 'token', name);
  const directory = await temporaryDirectory('viewer');
  const kubeconfig = join(directory.path, 'kubeconfig');
  const administrator = await readFile(plane.kubeconfig, 'utf8');
  await writeFile(kubeconfig, administrator.replace(plane.token, token.trim()));
  const grant = async (namespace: string, ...resources: string[]): Promise<void> => {
    const rbac = { apiVersion: 'rbac.authorization.k8s.io/v1', metadata: { name, namespace } };
    await plane.apply(
      { ...rbac, kind: 'Role', rules: [{ apiGroups: ['*'], resources, verbs: ['list', 'watch'] }] },
      {
        ...{
          ...rbac,
          kind: 'RoleBinding',
          subjects: [{ kind: 'ServiceAccount', name, namespace: 'default' }],
        },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
      },
    );
  };
  return { kubeconfig, grant, [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose]() };
}
