import { answerProxy } from '@davit/testkit';
import type { AnswerProxy } from '@davit/testkit';
import PocketBase, { ClientResponseError } from 'pocketbase';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { noCluster, theCluster } from './provided.ts';
import { manifestOf, webSpec } from '../product/app.ts';
import { world } from './world.ts';
import type { App, World } from './world.ts';

const CR = /\/rollouts(\/|\?|$)/;

describe.skipIf(noCluster)('bad days', () => {
  let davit: World;
  /** between server and API server; the operator reaches the cluster directly */
  let path: AnswerProxy;

  beforeAll(async () => {
    const cluster = await theCluster();
    path = await answerProxy(cluster);
    davit = await world({ cluster, kubeconfig: path.kubeconfig ?? '' });
  });
  const heal = async (): Promise<void> => {
    path.clear();
    await path.restore();
  };
  afterEach(heal);
  afterAll(async () => {
    await davit[Symbol.asyncDispose]();
    await path[Symbol.asyncDispose]();
  });

  const running = async (app: App): Promise<string[]> => {
    const filter = `deployment = "${app.deployment}" && endDate = ""`;
    const items = await davit.user.collection('rollouts').getFullList({ filter });
    return items.map(({ id }) => id);
  };
  const crashServer = async (): Promise<void> => {
    await davit.server.kill();
    await heal();
    await davit.server.start();
  };

  test('the API server is away when a rollout is created, then comes back', async () => {
    const app = await davit.app('away');
    path.refuse();
    path.reset();
    const { id } = await app.roll('1');
    const status = await app.becomes('Pending', 'EngineUnavailable');
    expect(status.message).toMatch(/saved/);
    expect(status.stale).toBe(true);
    await path.restore();
    await app.serves('one');
    expect(await app.becomes('Running')).toMatchObject({ rolloutId: id, stale: false });
  });

  test('the server is killed after the hook: nothing was stored, nothing runs', async () => {
    const app = await davit.app('hook');
    path.hang();
    const attempt = app.roll('1').catch((error: unknown) => error);
    await new Promise((resolve) => setTimeout(resolve, 300)); // inside the dry run's 2 s
    await crashServer();
    expect(await attempt).toBeInstanceOf(ClientResponseError);
    expect(await running(app)).toEqual([]);
    await app.roll('1');
    await app.serves('one');
  });

  test('the server is killed after the commit: the rollout is applied at the next start', async () => {
    const app = await davit.app('commit');
    path.refuse();
    path.reset();
    const { id } = await app.roll('1');
    await crashServer();
    await app.serves('one');
    expect(await running(app)).toEqual([id]);
  });

  test('the server is killed after the Secret: the resource follows at the next start', async () => {
    const app = await davit.app('secret');
    path.answer({ path: CR, method: 'PATCH', status: 503, body: {} });
    path.answer({ path: CR, method: 'POST', status: 503, body: {} });
    path.answer({ path: CR, method: 'PUT', status: 503, body: {} });
    await app.roll('1', { secrets: [{ name: 'A', value: 'b' }] });
    await expect.poll(() => app.kubectl('get', 'secrets', '-o', 'name')).toMatch(app.deployment);
    await crashServer();
    await app.serves('one');
    await app.becomes('Running');
  });

  test('the server is killed after the resource, before any status: it learns it at the next start', async () => {
    const app = await davit.app('resource');
    await app.roll('1');
    await expect
      .poll(() => app.kubectl('get', 'ro', '-o', 'name'), { timeout: 20_000 })
      .not.toBe('');
    await davit.server.kill();
    await app.serves('one');
    await davit.server.start();
    await app.becomes('Running');
  });

  test('the server is killed after the first status: the next one is true', async () => {
    const app = await davit.app('status');
    await app.roll('1');
    await expect.poll(async () => (await app.status()).phase).not.toBe('Pending');
    await crashServer();
    expect(await app.becomes('Running')).toMatchObject({ replicas: { ready: 1 } });
  });

  test('the operator is killed in the middle: its successor finishes, and restarts nothing', async () => {
    const app = await davit.app('operator');
    await app.roll('1');
    await davit.operator.kill();
    await davit.operator.start();
    await app.becomes('Running');
    const pods = await app.kubectl('get', 'pods', '-o', 'name');
    await davit.operator.kill();
    await davit.operator.start();
    await app.roll('1', { env: [] });
    await app.becomes('Running');
    expect(await app.kubectl('get', 'pods', '-o', 'name')).toBe(pods);
  });

  test('the watch is reset, then expired: changes still arrive', async () => {
    const app = await davit.app('watch');
    await app.roll('1');
    await app.becomes('Running');
    path.reset();
    await app.roll('2');
    await app.serves('two');
    await app.becomes('Running');
    path.expireWatches();
    await app.roll('3');
    await app.serves('three');
    await app.becomes('Running');
  });

  test('an image that does not exist is named, and the old one serves on', async () => {
    const app = await davit.app('image');
    await app.roll('1');
    await app.becomes('Running');
    await app.roll('no-such-tag');
    const status = await expectReason(app, /^(ImagePullFailed|ErrImageNeverPull)$/);
    expect(status.message).toContain('davit.test/web:no-such-tag');
    await app.serves('one');
    await app.roll('2');
    await app.becomes('Running');
    await app.serves('two');
  });

  test('a container that crashes is said to crash, with its exit code', async () => {
    const app = await davit.app('crash');
    await app.roll('1', { image: { registry: 'davit.test', repository: 'crash', tag: '1' } });
    const status = await expectReason(app, /^CrashLoopBackOff$/);
    expect(status.message).toMatch(/exit code 1|code 1/);
  });

  test('of two rollouts created at once both are accepted and the later one runs', async () => {
    const app = await davit.app('race');
    await Promise.all([app.roll('1'), app.roll('2')]);
    const [id = ''] = await running(app);
    expect(await running(app)).toHaveLength(1);
    const record = await davit.user.collection('rollouts').getOne(id);
    const { tag } = (record.manifest as { spec: { image: { tag: string } } }).spec.image;
    await app.serves(tag === '1' ? 'one' : 'two');
    expect(await app.becomes('Running')).toMatchObject({ rolloutId: id });
  });

  test.each([
    ['a bad quantity', { resources: { limits: { cpu: 'abc', memory: '1Gi' } } }, /"cpu"/],
    ['an unknown field', { nonsense: true }, /"nonsense"/],
    [
      'duplicate names',
      {
        interfaces: [
          { name: 'http', port: 80 },
          { name: 'http', port: 81 },
        ],
      },
      /"interfaces"/,
    ],
  ])('%s is refused at its field, and nothing changes', async (_, spec, field) => {
    const app = await davit.app('refused');
    const failure = await app.roll('1', spec).catch((error: unknown) => error);
    expect((failure as ClientResponseError).status).toBe(400);
    expect(JSON.stringify((failure as ClientResponseError).response.data)).toMatch(field);
    expect(await running(app)).toEqual([]);
  });

  test("somebody else's project answers as if it were not there", async () => {
    const app = await davit.app('foreign');
    const account = { email: 'eve@example.com', password: 'correct-horse-2' };
    const passwordConfirm = account.password;
    const { id } = await davit.root.collection('users').create({ ...account, passwordConfirm });
    const eve = new PocketBase(davit.url);
    await eve.collection('users').authWithPassword(account.email, account.password);
    const base = `/api/davit/v1/projects/${app.project}/deployments/${app.deployment}`;
    await expect(eve.send(`${base}/status`, {})).rejects.toMatchObject({ status: 404 });
    const rollout = { ...app.ref, user: id, manifest: manifestOf(webSpec('1')) };
    await expect(eve.collection('rollouts').create(rollout)).rejects.toMatchObject({ status: 400 });
    expect(await app.kubectl('get', 'ro', '-o', 'name')).toBe('');
  });

  test('a child that is edited or deleted with kubectl is put back', async () => {
    const app = await davit.app('drifting-child');
    await app.roll('1');
    await app.becomes('Running');
    const service = `http-${app.deployment}-svc`;
    await app.kubectl('delete', 'service', service);
    await app.serves('one');
    await app.kubectl('set', 'image', `deployment/${app.deployment}`, '*=davit.test/web:2');
    await app.serves('one');
    await app.becomes('Running');
  });

  test('an edit with kubectl is shown as drift, and adopted as a rollout of its own', async () => {
    const app = await davit.app('adopt');
    await app.roll('1', { secrets: [{ name: 'TOKEN', value: 'hush-hush' }] });
    await app.becomes('Running');
    await edit(app, '2');
    await app.serves('two');
    await expect
      .poll(async () => (await app.status()).drift)
      .toMatchObject({ image: { tag: '2' } });
    const base = `/api/davit/v1/projects/${app.project}/deployments/${app.deployment}`;
    const adopted = await davit.user.send<{ id: string }>(`${base}/adopt`, { method: 'POST' });
    await expect.poll(async () => (await app.status()).drift).toBeUndefined();
    expect(await running(app)).toEqual([adopted.id]);
    const record = await davit.user.collection('rollouts').getOne(adopted.id);
    expect(record).toMatchObject({ cause: 'kubectl' });
    await app.becomes('Running');
    const token = await fetch(`${await app.serviceUrl()}/env/TOKEN`);
    expect(await token.text()).toContain('hush-hush');
  });

  test('an edit with kubectl can be reverted', async () => {
    const app = await davit.app('revert');
    await app.roll('1');
    await app.becomes('Running');
    await edit(app, '2');
    await app.serves('two');
    await expect
      .poll(async () => davit.user.collection('deployments').getOne(app.deployment))
      .toMatchObject({ drifted: true });
    const base = `/api/davit/v1/projects/${app.project}/deployments/${app.deployment}`;
    await davit.user.send(`${base}/revert`, { method: 'POST' });
    await app.serves('one');
    await expect.poll(async () => (await app.status()).drift).toBeUndefined();
  });
});

const edit = (app: App, tag: string): Promise<string> =>
  app.kubectl(
    ...['patch', 'ro', app.deployment, '--type=merge', '-p'],
    JSON.stringify({ spec: { image: { tag } } }),
  );

async function expectReason(app: App, reason: RegExp): ReturnType<App['status']> {
  await expect
    .poll(async () => (await app.status()).reason, { timeout: 90_000, interval: 200 })
    .toMatch(reason);
  return app.status();
}
