import { join } from 'node:path';
import { dockerEngine, hasDocker, has, temporaryDirectory } from '@davit/testkit';
import type { Cluster } from '@davit/testkit';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { buildImage, docker } from '../docker/image.ts';
import { CHART, helm } from './helm.ts';
import { aRollout } from './operator-world.ts';
import { noCluster, theCluster } from './provided.ts';

const REPOSITORY = 'davit.test/davit-operator';
const TAG = 'chart';
const long = { timeout: 90_000, interval: 250 };

describe.skipIf(noCluster !== undefined || !hasDocker() || !has('helm'))('the chart', () => {
  const id = `helm-${process.pid}`;
  const apps = `${id}-apps`;
  let cluster: Cluster;

  const upgrade = (...more: string[]): Promise<string> =>
    helm(
      cluster.kubeconfig,
      ...['upgrade', '--install', 'davit-operator', CHART, '--namespace', id],
      ...['--set', `image.repository=${REPOSITORY},image.tag=${TAG},namespaces={${apps}}`],
      // the run's other operators and tests share the definition
      ...['--set', 'crds.install=false', '--wait', '--timeout=80s'],
      ...more,
    );
  const inApps = (...args: string[]): Promise<string> => cluster.kubectl('-n', apps, ...args);

  beforeAll(async () => {
    cluster = await theCluster();
    await using engine = await dockerEngine();
    await using folder = await temporaryDirectory('operator-image');
    const [name, path] = [`${REPOSITORY}:${TAG}`, join(folder.path, 'image.tar')];
    await buildImage(engine, 'operator', name);
    await docker(engine, 'save', '--output', path, name);
    await cluster.loadImage({ name, path });
    await cluster.kubectl('apply', '-f', join(CHART, 'files/rollouts.one-click.dev.yaml'));
    await cluster.kubectl('create', 'namespace', id);
    await cluster.kubectl(
      'label',
      'namespace',
      id,
      'pod-security.kubernetes.io/enforce=restricted',
    );
    await cluster.kubectl('create', 'namespace', apps);
  });
  afterAll(async () => {
    await cluster.kubectl('delete', 'namespace', id, apps, '--wait=false');
  });

  test('installs an operator that works under its own rights, in a restricted namespace', async () => {
    await upgrade();
    await cluster.apply(aRollout(apps));
    await inApps('wait', '--for=condition=Ready', 'rollout/web', '--timeout=60s');
    const can = async (...what: string[]): Promise<string> => {
      const account = `--as=system:serviceaccount:${id}:davit-operator`;
      return cluster.kubectl('auth', 'can-i', ...what, account).catch(() => 'no');
    };
    expect(await can('patch', 'deployments', '-n', apps)).toMatch('yes');
    expect(await can('list', 'secrets', '-n', 'default')).toMatch('no');
  });

  test('an upgrade restarts no app, and one of two copies goes on', async () => {
    const pods = (): Promise<string> =>
      inApps('get', 'pods', '-o', 'jsonpath={.items[*].metadata.uid}');
    const before = await pods();
    await upgrade('--set', 'workers=2');
    const args = 'jsonpath={.spec.template.spec.containers[0].args}';
    expect(
      await cluster.kubectl('-n', id, 'get', 'deployment', 'davit-operator', '-o', args),
    ).toContain('--workers=2');
    await inApps('scale', 'rollout/web', '--replicas=2');
    await vi.waitFor(async () => {
      expect(
        await inApps('get', 'deployment', 'web', '-o', 'jsonpath={.status.readyReplicas}'),
      ).toBe('2');
    }, long);
    expect(await pods()).toContain(before);
  });

  test('its numbers can be scraped', async () => {
    const path = `/api/v1/namespaces/${id}/services/davit-operator-metrics:metrics/proxy/metrics`;
    await vi.waitFor(async () => {
      expect(await cluster.kubectl('get', '--raw', path)).toContain(
        'controller_runtime_reconcile_total',
      );
    }, long);
  });

  test('uninstalling keeps the Rollouts and all that runs', async () => {
    await helm(cluster.kubeconfig, 'uninstall', 'davit-operator', '--namespace', id, '--wait');
    expect(await inApps('get', 'rollout,deployment', '-o', 'name')).toBe(
      'rollout.one-click.dev/web\ndeployment.apps/web\n',
    );
  });
});
