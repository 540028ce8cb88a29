import { createOperator } from '@davit/operator-app';
import { answerProxy, controlPlane, has, until } from '@davit/testkit';
import type { ControlPlane } from '@davit/testkit';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { installCrd } from './install-crd.ts';
import { aRollout } from './operator-world.ts';

const patient = { timeout: 60_000, interval: 100 };
const NAMES = ['a', 'b', 'c', 'd', 'e'];

describe.runIf(has('api'))('copies of the operator on a real API server', () => {
  let plane: ControlPlane;
  let count = 0;
  beforeAll(async () => {
    plane = await controlPlane();
    await installCrd(plane);
  });
  afterAll(() => plane?.[Symbol.asyncDispose]());

  /** One that competes for a lease of its own, and its numbers. */
  async function aCopy(leaseName: string, namespace: string, kubeconfig = plane.kubeconfig) {
    const operator = createOperator({
      ...{ command: 'run', kubeconfig: { path: kubeconfig }, namespaces: [namespace] },
      ...{ inCluster: { host: undefined, port: undefined }, workers: 2, logLevel: 'error' },
      ...{ leaderElect: true, leaseName, metrics: { host: '127.0.0.1', port: 0 } },
    });
    const stop = new AbortController();
    const running = operator.run(stop.signal);
    await until(() => operator.ready, { what: 'the operator', timeout: 60_000 });
    const numbers = async (): Promise<string[]> => {
      const answer = await fetch(`http://127.0.0.1:${operator.ports.metrics}/metrics`);
      return (await answer.text()).split('\n').filter((line) => !line.startsWith('#'));
    };
    return {
      numbers,
      /** the value of the only series that is called so */
      number: async (name: string): Promise<number> => {
        const line = (await numbers()).find((one) => one.startsWith(name)) ?? '';
        return Number(line.split(' ').at(-1));
      },
      async [Symbol.asyncDispose](): Promise<void> {
        stop.abort();
        await running;
      },
    };
  }

  test('one that does not lead keeps no queue, and looks at everything when it does', async () => {
    const [leaseName, namespace] = [`lease-${(count += 1)}`, `lease-${process.pid}-${count}`];
    await plane.kubectl('create', 'namespace', namespace);
    await plane.apply({
      ...{ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' },
      metadata: { name: leaseName, namespace: 'default' },
      spec: { holderIdentity: 'somebody-else', leaseDurationSeconds: 3_600 },
    });
    await using copy = await aCopy(leaseName, namespace);
    await plane.apply(...NAMES.map((name) => aRollout(namespace, {}, name)));
    const isRollout = (line: string): boolean => line.startsWith('davit_rollout_phase{');
    await vi.waitFor(
      async () => expect((await copy.numbers()).filter(isRollout)).toHaveLength(NAMES.length),
      patient,
    );
    expect(await copy.number('workqueue_depth')).toBe(0);
    expect(await copy.number('workqueue_adds_total')).toBe(0);
    await plane.kubectl('-n', 'default', 'delete', 'lease', leaseName);
    await vi.waitFor(async () => {
      const deployments = await plane.kubectl('-n', namespace, 'get', 'deploy', '-o', 'name');
      expect(deployments.trim().split('\n')).toHaveLength(NAMES.length);
    }, patient);
    expect(await copy.number('workqueue_adds_total')).toBeGreaterThanOrEqual(NAMES.length);
  });

  test('one that is stopped while it works gives the lease back after its last events', async () => {
    const [leaseName, namespace] = [`lease-${(count += 1)}`, `lease-${process.pid}-${count}`];
    await plane.kubectl('create', 'namespace', namespace);
    await using proxy = await answerProxy(plane);
    // the others wait behind the first one
    proxy.answer({ path: /\/events/, method: 'POST', status: 429, body: {}, times: 3 });
    {
      await using copy = await aCopy(leaseName, namespace, proxy.kubeconfig);
      await plane.apply(...NAMES.map((name) => aRollout(namespace, {}, name)));
      await vi.waitFor(async () => {
        expect(await copy.number('controller_runtime_reconcile_total')).toBeGreaterThan(1);
      }, patient);
    }
    const made = ['-o', 'jsonpath={range .items[*]}{.metadata.name}{"\\n"}{end}'];
    const services = await plane.kubectl('-n', namespace, 'get', 'service', ...made);
    const about =
      'jsonpath={range .items[?(@.reason=="Created")]}{.involvedObject.name}{"\\n"}{end}';
    const told = await plane.kubectl('-n', namespace, 'get', 'events', '-o', about);
    // the last of its children
    const done = services
      .trim()
      .split('\n')
      .map((name) => name.split('-')[1]);
    expect([...new Set(told.trim().split('\n'))].sort()).toEqual(done.sort());
    const path = 'jsonpath={.spec.holderIdentity}';
    const holder = await plane.kubectl('-n', 'default', 'get', 'lease', leaseName, '-o', path);
    expect(holder).toBe('');
  });
});
