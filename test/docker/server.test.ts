import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { InstanceUsage } from '@davit/domain';
import { hasDocker, loadGenerator } from '@davit/testkit';
import type { RecordModel } from 'pocketbase';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ProductApp } from '../product/app.ts';
import { getOnce } from '../product/get-once.ts';
import { davit } from '../product/server.ts';
import { serveWorld } from './serve-world.ts';
import type { ServeWorld } from './serve-world.ts';

const PATIENCE = { timeout: 120_000, interval: 200 };

describe.runIf(hasDocker())('davit serve on Docker', () => {
  const opened = new AsyncDisposableStack();
  let world: ServeWorld;
  let app: ProductApp;
  let url: string;

  beforeAll(async () => {
    world = opened.use(await serveWorld());
    app = await world.app('web');
    url = `http://127.0.0.1:${world.edgePort}/`;
  });
  afterAll(() => opened.disposeAsync());

  const roll = (tag: string): Promise<RecordModel> =>
    app.roll(tag, {
      interfaces: [{ name: 'http', port: 8080, ingress: { rules: [{ host: '', path: '/' }] } }],
      secrets: [{ name: 'TOKEN', value: 'hush-hush' }],
    });

  test('starts an edge, runs a rollout record and serves it', async () => {
    const { urls } = await app.runs(await roll('1'));
    expect(urls).toContain(`http://web.web.localhost:${world.edgePort}/`);
    expect(await getOnce(url)).toBe('one');
    expect(await getOnce(`${url}env/TOKEN`)).toBe('hush-hush');
  });

  test('tells what the app uses', async () => {
    const path = `/api/davit/v1/projects/${app.project}/deployments/${app.deployment}/metrics`;
    const { items } = await world.user.send<{ items: InstanceUsage[] }>(path, {});
    expect(items).toHaveLength(1);
    expect(items[0]?.memory).toBeGreaterThan(100_000);
  });

  test('keeps secrets out of its files and of labels', async () => {
    const files = await Promise.all(
      ['state.json', 'edge-routes.json'].map((name) =>
        readFile(join(world.dir, 'docker', name), 'utf8'),
      ),
    );
    for (const text of files) expect(text).not.toContain('hush-hush');
    const containers = await world.containers(app);
    expect(containers).toHaveLength(1);
    expect(JSON.stringify(containers.map(({ Labels }) => Labels))).not.toContain('hush-hush');
  });

  test('loses no request while the server is killed, restarted, and rolls on', async () => {
    const [before] = await world.containers(app);
    await using load = await loadGenerator(url, { rate: 200, connections: 16, keepAlive: true });
    await world.server.kill();
    expect(await getOnce(url)).toBe('one');
    await world.server.start();
    await app.runs(await roll('2'));
    expect(await load.stop()).toMatchObject({ failed: 0, errors: {} });
    expect(await getOnce(url)).toBe('two');
    // it drains before it goes
    await expect
      .poll(async () => (await world.containers(app)).map(({ Id }) => Id), PATIENCE)
      .not.toContain(before?.Id);
  });

  test('upgrades the edge without losing a request', async () => {
    await using load = await loadGenerator(url, { rate: 200, connections: 16, keepAlive: true });
    await using upgrade = await davit(['edge', 'upgrade', '--dir', world.dir]);
    expect(await upgrade.ended).toBe(0);
    await app.runs(await roll('3'));
    expect(await load.stop()).toMatchObject({ failed: 0, errors: {} });
    expect(await getOnce(url)).toBe('three');
  });
});
