import { existsSync } from 'node:fs';
import { attach, type Cluster, cluster as startCluster, loadGenerator } from '@davit/testkit';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import './cluster.setup.ts';

const provided = inject('cluster');
const namespace = `engines-${process.pid}`;

const web = (version: number, extra: object = {}): object => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'web' } },
    strategy: { rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: {
        containers: [
          {
            name: 'web',
            image: `davit.test/web:${version}`,
            ports: [{ containerPort: 8080 }],
            readinessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 1 },
            lifecycle: { preStop: { sleep: { seconds: 3 } } },
            ...extra,
          },
        ],
      },
    },
  },
});

const service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace },
  spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080 }] },
};

describe.skipIf('reason' in provided)('the test cluster', () => {
  let cluster: Cluster;
  const kubectl = (...args: string[]): Promise<string> => cluster.kubectl('-n', namespace, ...args);
  const rolledOut = (): Promise<string> =>
    kubectl('rollout', 'status', 'deployment/web', '--timeout=60s');

  beforeAll(async () => {
    if ('reason' in provided) return;
    cluster = await attach(provided.kubeconfig, provided.containerd);
    await cluster.kubectl('create', 'namespace', namespace);
    await cluster.apply(web(1), service);
    await rolledOut();
  });
  afterAll(() => cluster.kubectl('delete', 'namespace', namespace, '--wait=false'));

  test('runs pods that answer each other by name', async () => {
    const address = `http://web.${namespace}`;
    const fetched = (): Promise<string> =>
      kubectl('exec', 'deploy/web', '--', 'wget', '-qO-', address).catch(String);
    // kube-proxy hears of a Service a while after its pods are ready
    await expect.poll(fetched, { timeout: 30_000, interval: 500 }).toBe('one');
    expect(await kubectl('logs', 'deploy/web')).toContain('listening on :8080');
  });

  test('replaces pods under load without losing a request', async () => {
    const address = await kubectl('get', 'service', 'web', '-o', 'jsonpath={.spec.clusterIP}');
    const options = { rate: 100, connections: 10 };
    await using kept = await loadGenerator(`http://${address}`, { ...options, keepAlive: true });
    await using fresh = await loadGenerator(`http://${address}`, { ...options, keepAlive: false });
    await cluster.apply(web(2));
    await rolledOut();
    const answers = async (): Promise<number> => (await kept.counts()).bodies['two'] ?? 0;
    await expect.poll(answers, { timeout: 30_000 }).toBeGreaterThan(100);
    // the last old pod ends a while after the roll-out has
    const pods = (): Promise<string> => kubectl('get', 'pods', '--no-headers');
    await expect.poll(pods, { timeout: 30_000 }).not.toContain('Terminating');
    const counts = [await kept.stop(), await fresh.stop()];
    expect(counts.map(({ errors }) => errors)).toEqual([{}, {}]);
  });

  test('gives claims volumes, and removes both', async () => {
    const claim = {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'data', namespace },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    };
    await cluster.apply(claim);
    const get = (field: string) => () => kubectl('get', 'pvc', 'data', '-o', `jsonpath={${field}}`);
    await expect.poll(get('.status.phase'), { timeout: 15_000 }).toBe('Bound');
    const volume = await get('.spec.volumeName')();
    claim.spec.resources.requests.storage = '2Gi';
    await cluster.apply(claim);
    await expect.poll(get('.status.capacity.storage'), { timeout: 15_000 }).toBe('2Gi');
    await kubectl('delete', 'pvc', 'data');
    const volumes = (): Promise<string> => cluster.kubectl('get', 'pv', '-o', 'name');
    await expect.poll(volumes, { timeout: 15_000 }).not.toContain(volume);
  });

  test('measures pods', async () => {
    const top = (): Promise<string> => kubectl('top', 'pods', '--no-headers').catch(() => '');
    await expect.poll(top, { timeout: 100_000, interval: 2_000 }).toMatch(/^web-/m);
  });

  test.runIf(existsSync('/run/davit-test-node.lock'))('is the only one on its host', async () => {
    vi.stubEnv('DAVIT_TEST_KUBECONFIG', '');
    await expect(startCluster()).rejects.toThrow(/runs on this host already/);
    vi.unstubAllEnvs();
  });
});
