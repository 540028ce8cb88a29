import { loadGenerator } from '@davit/testkit';
import type { LoadGenerator } from '@davit/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { noCluster, theCluster } from './provided.ts';
import { world } from './world.ts';
import type { App, World } from './world.ts';

describe.skipIf(noCluster)('a rollout record on a real cluster', () => {
  let davit: World;
  beforeAll(async () => {
    davit = await world({ cluster: await theCluster() });
  });
  afterAll(() => davit[Symbol.asyncDispose]());

  test('becomes a running pod that answers through its service', async () => {
    const app = await davit.app('hello');
    const { id } = await app.roll('1');
    const status = await app.becomes('Running');
    expect(status).toMatchObject({ rolloutId: id, replicas: { desired: 1, ready: 1 } });
    await app.serves('one');
    expect(await app.kubectl('get', 'ro')).toMatch(/True\s+Running/);
  });

  test('carries secrets to the container and nowhere else', async () => {
    const app = await davit.app('secrets');
    await app.roll('1', { secrets: [{ name: 'TOKEN', value: 'hush-hush' }] });
    await app.serves('one');
    const url = await app.serviceUrl();
    expect(await (await fetch(`${url}/env/TOKEN`)).text()).toContain('hush-hush');
    expect(await app.kubectl('get', 'ro', '-o', 'yaml')).not.toContain('hush-hush');
    expect(JSON.stringify(await app.status())).not.toContain('hush-hush');
  });

  test.each([
    { replicas: 1, keepAlive: false },
    { replicas: 2, keepAlive: true },
  ])(
    'changes the image three times without a failed request: $replicas replicas, keep-alive $keepAlive',
    async ({ replicas, keepAlive }) => {
      const app = await davit.app('load');
      const horizontalScale = { minReplicas: replicas, maxReplicas: replicas };
      await app.roll('1', { horizontalScale });
      await app.becomes('Running');
      await app.serves('one');
      const url = await app.serviceUrl();
      await using load = await loadGenerator(url, { rate: 120, connections: 20, keepAlive });
      for (const [tag, text] of [
        ['2', 'two'],
        ['3', 'three'],
        ['1', 'one'],
      ] as const) {
        const before = (await load.counts()).bodies;
        const { id } = await app.roll(tag, { horizontalScale });
        await runs(app, id);
        await expect
          .poll(() => served(load, text), { timeout: 60_000 })
          .toBeGreaterThan(countOf(before, text) + 100);
      }
      const { failed, errors } = await load.stop();
      expect({ failed, errors }).toEqual({ failed: 0, errors: {} });
    },
  );

  test('rolls back, stops, and starts again with its data', async () => {
    const app = await davit.app('data');
    const volumes = [{ name: 'data', mountPath: '/data', size: '64Mi' }];
    const first = await app.roll('1', { volumes });
    await app.serves('one');
    const url = `${await app.serviceUrl()}/file?path=/data/note`;
    await fetch(url, { method: 'PUT', body: 'still here' });
    await app.roll('2', { volumes });
    await app.serves('two');

    const rollouts = davit.user.collection('rollouts');
    await rollouts.update(first.id, { endDate: '' });
    await app.serves('one');
    await runs(app, first.id);

    await rollouts.update(first.id, { endDate: new Date().toISOString() });
    await app.becomes('Stopped');
    await expect.poll(() => app.kubectl('get', 'pods', '-o', 'name'), { timeout: 60_000 }).toBe('');
    expect(await app.kubectl('get', 'pvc', '-o', 'name')).toContain('persistentvolumeclaim/');

    await rollouts.update(first.id, { endDate: '' });
    await app.serves('one');
    expect(await (await fetch(url)).text()).toBe('still here');
  });

  test('forgets the secrets of a rollout that is deleted, and only those', async () => {
    const app = await davit.app('history');
    const secretNames = async (): Promise<string[]> =>
      (await app.kubectl('get', 'secrets', '-o', 'name')).split('\n').filter(Boolean).sort();
    const secret = (value: string): object => ({ secrets: [{ name: 'TOKEN', value }] });
    const first = await app.roll('1', secret('one'));
    await app.becomes('Running');
    await app.roll('1', secret('two'));
    await expect.poll(secretNames, { timeout: 20_000 }).toHaveLength(2);
    await davit.user.collection('rollouts').delete(first.id);
    await expect.poll(secretNames, { timeout: 20_000 }).toHaveLength(1);
    await app.becomes('Running');
  });

  test('removes what it made, and keeps the volume unless told otherwise', async () => {
    const app = await davit.app('removal');
    await app.roll('1', { volumes: [{ name: 'data', mountPath: '/data', size: '64Mi' }] });
    await app.becomes('Running');
    await davit.user.collection('deployments').delete(app.deployment);
    const children = 'rollouts.one-click.dev,deployments,services,pods';
    await expect
      .poll(() => app.kubectl('get', children, '-o', 'name'), { timeout: 60_000 })
      .toBe('');
    expect(await app.kubectl('get', 'pvc', '-o', 'name')).toContain('persistentvolumeclaim/');
    await davit.user.collection('projects').delete(app.project, { query: { deleteData: true } });
    await expect
      .poll(() => namespacePhase(davit, app), { timeout: 60_000 })
      .toMatch(/^(Terminating)?$/);
  });
});

const countOf = (bodies: Record<string, number>, text: string): number =>
  Object.entries(bodies).reduce(
    (sum, [body, count]) => sum + (body.trim() === text ? count : 0),
    0,
  );

const served = async (load: LoadGenerator, text: string): Promise<number> =>
  countOf((await load.counts()).bodies, text);

async function runs(app: App, rolloutId: string): Promise<void> {
  await expect
    .poll(() => app.status(), { timeout: 60_000, interval: 200 })
    .toMatchObject({ rolloutId, phase: 'Running' });
}

const namespacePhase = (davit: World, app: App): Promise<string> =>
  davit.cluster.kubectl(
    ...['get', 'namespace', app.project, '--ignore-not-found', '-o=jsonpath={.status.phase}'],
  );
