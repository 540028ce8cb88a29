import type { Cluster } from '@davit/testkit';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { noCluster, theCluster } from './provided.ts';
import { aRollout, operatorWorld } from './operator-world.ts';
import type { Fields, OperatorWorld } from './operator-world.ts';

const long = { timeout: 60_000, interval: 100 };
const image = (repository: string, tag: string): Fields => ({
  registry: 'davit.test',
  repository,
  tag,
});

interface Told {
  metadata: { generation: number };
  status: { observedGeneration?: number; phase?: string };
}
const PLACE = [
  'get',
  'svc',
  'http-web-svc',
  '-o',
  'jsonpath={.spec.clusterIP} {.spec.ports[0].port}',
];

describe.skipIf(noCluster)('a Rollout and its pods on a real node', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await theCluster();
  });

  const apply = (world: OperatorWorld, spec: Fields): Promise<string> =>
    world.apply(aRollout(world.namespace, spec));
  const imageInUse = (world: OperatorWorld): Promise<string> =>
    world.kubectl(
      ...['get', 'deployment', 'web', '-o'],
      'jsonpath={.spec.template.spec.containers[0].image}',
    );

  test.each([
    ['an app', { progressDeadlineSeconds: 5, drainSeconds: 0 }],
    // nothing tells that it works, except that it goes on
    ['a worker', { progressDeadlineSeconds: 10, interfaces: [] }],
  ])('a change of %s that misses its deadline goes back by itself, once', async (_what, given) => {
    await using world = await operatorWorld(cluster);
    const spec = { rollback: 'auto', ...given };
    await apply(world, spec);
    await world.status('web', { phase: 'Running' });
    await vi.waitFor(() => world.get('secret', 'web-revision'), long);

    await apply(world, { ...spec, image: image('crash', '1') });
    await world.status('web', { phase: 'Degraded', reason: 'RolledBack' });
    expect(await imageInUse(world)).toBe('davit.test/web:1');
    const { status } = await world.get<{ status: Fields }>('rollout', 'web');
    expect(status).toMatchObject({
      message: expect.stringContaining('CrashLoopBackOff') as string,
      readyReplicas: 1,
    });

    expect(await world.writesAfterRestart()).toEqual([]);

    await apply(world, { ...spec, image: image('web', '2') });
    await world.status('web', { phase: 'Running' });
    expect(await imageInUse(world)).toBe('davit.test/web:2');
    const after = await world.get<{ status: Fields }>('rollout', 'web');
    expect(after.status).not.toHaveProperty('rollback');
  });

  test.each([
    ['of another image', '1', '2'],
    ['back to the image before', '1', '1'],
    ['of an app that never ran', 'gone', '1'],
  ])('a correction %s is not told the failure that it corrects', async (_what, before, after) => {
    await using world = await operatorWorld(cluster);
    if (before !== 'gone') {
      await apply(world, { image: image('web', before) });
      await world.status('web', { phase: 'Running' });
    }
    await apply(world, { image: image('web', 'gone'), imagePullPolicy: 'Never' });
    await world.status('web', { reason: 'ImagePullFailed' });
    await apply(world, { image: image('web', after) });
    const told = new Set<unknown>();
    await vi.waitFor(
      async () => {
        const { metadata, status } = await world.get<Told>('rollout', 'web');
        if (status.observedGeneration === metadata.generation) told.add(status.phase);
        expect([...told]).toContain('Running');
      },
      { timeout: 60_000, interval: 5 },
    );
    expect(['Failed', 'Degraded'].filter((phase) => told.has(phase))).toEqual([]);
  });

  test('a port that moves is served by the old instance until there is a new one', async () => {
    await using world = await operatorWorld(cluster);
    const at = (port: number, tag: string): Fields => ({
      image: image('web', tag),
      ...{ imagePullPolicy: 'Never', interfaces: [{ name: 'http', port }] },
      env: [{ name: 'PORT', value: String(port) }],
    });
    const answer = async (): Promise<string> => {
      const [ip, port] = (await world.kubectl(...PLACE)).split(' ');
      const headers = { connection: 'close' };
      return (await fetch(`http://${ip}:${port}/`, { headers })).text();
    };
    await apply(world, at(8080, '1'));
    await vi.waitFor(async () => expect(await answer()).toBe('one'), long);
    await apply(world, at(9090, 'gone'));
    await world.status('web', { phase: 'Degraded', reason: 'ImagePullFailed' });
    await vi.waitFor(async () => expect(await answer()).toBe('one'), long);
    await apply(world, at(9090, '2'));
    await vi.waitFor(async () => expect(await answer()).toBe('two'), long);
    await world.status('web', { phase: 'Running' });
  });

  test('a crash is told with its exit code and the last lines of its log', async () => {
    await using world = await operatorWorld(cluster);
    await apply(world, { image: image('crash', '1') });
    const status = await world.status('web', { reason: 'CrashLoopBackOff' });
    expect(status.message).toMatch(/exit code 1 .*: crashing/s);
  });

  test('a job that fails says what it said last, and is tried until its deadline', async () => {
    await using world = await operatorWorld(cluster);
    const job = { mode: 'job', interfaces: [], image: image('crash', '1') };
    await apply(world, job);
    const status = await world.status('web', { reason: 'Retrying' });
    expect(status.message).toBe('The job ended with exit code 1: crashing. It is tried again.');
    await apply(world, { ...job, progressDeadlineSeconds: 4, args: ['other'] });
    await world.status('web', { phase: 'Failed', reason: 'JobFailed' });
  });

  test('a quota in the way is told', async () => {
    await using world = await operatorWorld(cluster);
    await world.kubectl('create', 'quota', 'none', '--hard=pods=0');
    await apply(world, {});
    const status = await world.status('web', { reason: 'QuotaExceeded' });
    expect(status).toMatchObject({ phase: 'Failed' });
  });

  test('Services send nothing to pods of cron jobs', async () => {
    await using world = await operatorWorld(cluster);
    const cron = { name: 'tidy', schedule: '@yearly', runAt: '2026-01-01T00:00:00Z' };
    await apply(world, { cronjobs: [{ ...cron, image: image('web', '2') }] });
    await world.status('web', { phase: 'Running' });
    await vi.waitFor(async () => {
      const pods = await world.kubectl(
        'get',
        'pods',
        '--field-selector=status.phase=Running',
        '-o',
        'name',
      );
      expect(pods.trim().split('\n')).toHaveLength(2);
    }, long);
    const slices = await world.kubectl(
      ...['get', 'endpointslices', '-l', 'kubernetes.io/service-name=http-web-svc'],
      ...['-o', 'jsonpath={.items[*].endpoints[*].targetRef.name}'],
    );
    expect(slices.trim().split(' ')).toHaveLength(1);
    expect(slices).not.toContain('tidy');
  });
});
