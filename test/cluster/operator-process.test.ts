import { join } from 'node:path';
import { childProcess } from '@davit/testkit';
import type { Child, Cluster } from '@davit/testkit';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { installCrd } from './install-crd.ts';
import { aRollout } from './operator-world.ts';
import { noCluster, theCluster } from './provided.ts';

const OPERATOR = join(import.meta.dirname, '../../apps/operator/dist/main.js');

describe.skipIf(noCluster)('the operator process on a real node', () => {
  let cluster: Cluster;
  let operator: Child;
  const namespace = `operator-node-${process.pid}`;
  const kubectl = (...args: string[]): Promise<string> => cluster.kubectl('-n', namespace, ...args);
  const start = (): Promise<Child> => {
    const flags = ['--kubeconfig', cluster.kubeconfig, '--namespaces', namespace];
    return childProcess(process.execPath, [OPERATOR, ...flags], { ready: /"msg":"ready"/ });
  };
  const phase = (): Promise<string> =>
    kubectl('get', 'ro', 'web', '-o', 'jsonpath={.status.phase}');
  const answer = async (): Promise<string> => {
    const path = 'jsonpath={.spec.clusterIP}';
    const address = await kubectl('get', 'svc', 'http-web-svc', '-o', path);
    // a connection kept from before the address meant this Service would go on leading elsewhere
    const headers = { connection: 'close' };
    const { statusCode, body } = await request(`http://${address}:8080/`, { headers });
    expect(statusCode).toBe(200);
    return body.text();
  };
  const apply = (tag: string): Promise<string> =>
    cluster.apply(
      aRollout(namespace, { image: { registry: 'davit.test', repository: 'web', tag } }),
    );
  const long = { timeout: 60_000, interval: 100 };

  beforeAll(async () => {
    cluster = await theCluster();
    await installCrd(cluster);
    await cluster.kubectl('create', 'namespace', namespace);
    operator = await start();
  });
  afterAll(async () => {
    await operator[Symbol.asyncDispose]();
    await cluster.kubectl('delete', 'namespace', namespace, '--wait=false');
  });

  test('turns a manifest into an app that answers', async () => {
    await apply('1');
    await vi.waitFor(async () => expect(await phase()).toBe('Running'), long);
    await vi.waitFor(async () => expect(await answer()).toBe('one'), long);
    const [head, row] = (await kubectl('get', 'ro')).trim().split('\n');
    expect(head).toMatch(/^NAME +READY +PHASE +IMAGE +TAG +REPLICAS +AGE$/);
    expect(row).toMatch(/^web +True +Running +web +1 +1 /);
    await kubectl('wait', '--for=condition=Ready', 'ro/web', '--timeout=1s');
  });

  test('tells why an image does not run, and recovers', async () => {
    await apply('does-not-exist');
    const stalled = 'jsonpath={.status.conditions[?(@.type=="Stalled")].reason}';
    await vi.waitFor(
      async () => expect(await kubectl('get', 'ro', 'web', '-o', stalled)).toMatch(/Image/),
      long,
    );
    expect(await answer()).toBe('one');
    await apply('2');
    await vi.waitFor(async () => expect(await answer()).toBe('two'), long);
    await vi.waitFor(async () => expect(await phase()).toBe('Running'), long);
  });

  test('killed in the middle and started again, it gets there', async () => {
    const done = apply('3');
    operator.kill('SIGKILL');
    await Promise.all([done, operator.ended]);
    await kubectl('delete', 'service', 'http-web-svc');
    operator = await start();
    await vi.waitFor(async () => expect(await answer()).toBe('three'), long);
    await vi.waitFor(async () => expect(await phase()).toBe('Running'), long);
  });

  test('ends in order when it is told to', async () => {
    operator.kill('SIGTERM');
    expect(await operator.ended).toBe(0);
    expect(operator.output()).toContain('"msg":"stopped"');
  });
});
