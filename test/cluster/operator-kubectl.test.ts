import { loadGenerator } from '@davit/testkit';
import type { Cluster } from '@davit/testkit';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { aRollout, operatorWorld } from './operator-world.ts';
import type { Fields, OperatorWorld } from './operator-world.ts';
import { noCluster, theCluster } from './provided.ts';

const long = { timeout: 60_000, interval: 100 };
const soak = process.env['DAVIT_SOAK'] === '1';

describe.skipIf(noCluster)('a Rollout in the hands of kubectl', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await theCluster();
  });

  const apply = (world: OperatorWorld, spec: Fields = {}, name = 'web'): Promise<string> =>
    world.apply(aRollout(world.namespace, spec, name));
  const ready = (world: OperatorWorld, name = 'web'): Promise<string> =>
    world.kubectl('wait', '--for=condition=Ready', `rollout/${name}`, '--timeout=60s');
  const podsOf = async (world: OperatorWorld): Promise<string[]> => {
    const text = await world.kubectl('get', 'pods', '-o', 'jsonpath={.items[*].metadata.name}');
    return text.trim().split(' ');
  };

  test('is applied, read, explained, scaled, restarted and deleted', async () => {
    await using world = await operatorWorld(cluster);
    await apply(world);
    await ready(world);
    const description = await world.kubectl('describe', 'ro', 'web');
    expect(description).toMatch(/Events:[\s\S]*Normal +Created/);
    expect(await world.kubectl('explain', 'ro.spec.probes.readiness.http')).toContain(
      'Healthy when a GET is answered with 200 to 399.',
    );

    await world.kubectl('scale', 'ro/web', '--replicas=2');
    await vi.waitFor(async () => expect(await podsOf(world)).toHaveLength(2), long);
    await ready(world);

    const before = await podsOf(world);
    const restart = { spec: { restartedAt: new Date().toISOString() } };
    await world.kubectl('patch', 'ro/web', '--type=merge', '-p', JSON.stringify(restart));
    await vi.waitFor(async () => {
      const now = await podsOf(world);
      expect(now).toHaveLength(2);
      expect(now.filter((name) => before.includes(name))).toEqual([]);
    }, long);
    await ready(world);

    await world.kubectl('delete', 'ro/web');
    await vi.waitFor(async () => {
      expect(await world.kubectl('get', 'deployment,service,secret,sa', '-o', 'name')).toBe(
        'serviceaccount/default\n',
      );
    }, long);
  });

  test("kubectl's own restart of the Deployment is not undone", async () => {
    await using world = await operatorWorld(cluster);
    await apply(world);
    await ready(world);
    const [before] = await podsOf(world);
    await world.kubectl('rollout', 'restart', 'deployment/web');
    await world.kubectl('rollout', 'status', 'deployment/web', '--timeout=60s');
    await vi.waitFor(async () => expect(await podsOf(world)).not.toContain(before), long);
    await world.settled();
    expect(await podsOf(world)).toHaveLength(1);
  });

  test('an account that two share stays when one of them goes', async () => {
    await using world = await operatorWorld(cluster);
    const spec = { serviceAccountName: 'one-click' };
    await apply(world, spec, 'first');
    await ready(world, 'first');
    await apply(world, spec, 'second');
    await ready(world, 'second');
    await world.kubectl('delete', 'ro/first', '--cascade=foreground');
    await world.settled();
    expect(await world.get('sa', 'one-click')).toBeDefined();
    await world.kubectl('scale', 'ro/second', '--replicas=2');
    await vi.waitFor(async () => {
      const { status } = await world.get<{ status: Fields }>('rollout', 'second');
      expect(status).toMatchObject({ phase: 'Running', readyReplicas: 2 });
    }, long);
  });

  test('an Ingress that is refused is told, and holds up nothing else', async () => {
    await using world = await operatorWorld(cluster);
    await apply(world);
    await ready(world);
    const ingress = {
      annotations: { 'not a key': 'x' },
      rules: [{ host: 'a.example', path: '/' }],
    };
    await apply(world, {
      interfaces: [{ name: 'http', port: 8080, ingress }],
      image: { registry: 'davit.test', repository: 'web', tag: '2' },
    });
    await vi.waitFor(async () => {
      const { status } = await world.get<{ status: Fields }>('rollout', 'web');
      expect(status).toMatchObject({
        phase: 'Degraded',
        reason: 'InvalidSpec',
        message: expect.stringContaining('not a key') as string,
        updatedReplicas: 1,
      });
    }, long);
    const image = 'jsonpath={.spec.template.spec.containers[0].image}';
    expect(await world.kubectl('get', 'deployment/web', '-o', image)).toBe('davit.test/web:2');
  });

  const CHANGES = soak ? 100 : 20;
  test(`${CHANGES} image changes under load lose no request`, { timeout: 600_000 }, async () => {
    await using world = await operatorWorld(cluster);
    const path = 'jsonpath={.spec.clusterIP}';
    const image = (tag: number): Fields => ({
      image: { registry: 'davit.test', repository: 'web', tag: String(tag) },
    });
    await apply(world, image(2));
    await ready(world);
    const url = `http://${await world.kubectl('get', 'svc', 'http-web-svc', '-o', path)}:8080/`;
    // the address may have been another Service's until a moment ago
    const headers = { connection: 'close' };
    await vi.waitFor(async () => {
      for (let n = 0; n < 20; n++) {
        expect(await (await fetch(url, { headers })).text()).toBe('two');
      }
    }, long);
    await using load = await loadGenerator(url, { rate: 200, connections: 20, keepAlive: true });
    for (let change = 1; change <= CHANGES; change++) {
      await apply(world, image(((change + 1) % 3) + 1));
      await world.status('web', { phase: 'Running' });
      const before = (await load.counts()).ok;
      await expect.poll(async () => (await load.counts()).ok, long).toBeGreaterThan(before + 100);
    }
    const { failed, errors } = await load.stop();
    expect({ failed, errors }).toEqual({ failed: 0, errors: {} });
  });
});
