import { readFile } from 'node:fs/promises';
import { get } from 'node:http';
import { join } from 'node:path';
import type { InstanceUsage } from '@davit/domain';
import {
  childProcess,
  dockerEngine,
  freePort,
  hasDocker,
  loadGenerator,
  loadTestImages,
  temporaryDirectory,
  until,
} from '@davit/testkit';
import type { Child, DockerEngine } from '@davit/testkit';
import PocketBase from 'pocketbase';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const MAIN = join(import.meta.dirname, '../../apps/server/dist/main.js');
const PASSWORD = 'correct-horse-1';
const EMAIL = 'root@example.com';
const PATIENCE = { timeout: 120_000, interval: 200 };

describe.runIf(hasDocker())('davit serve on Docker', () => {
  const opened = new AsyncDisposableStack();
  let engine: DockerEngine;
  let dir: string;
  let port: number;
  let edgePort: number;
  let server: Child;
  let client: PocketBase;
  let app: { project: string; deployment: string; user: string };

  const davit = (...args: string[]): Promise<Child> =>
    childProcess(process.execPath, [MAIN, ...args]);
  const serve = (): Promise<Child> =>
    childProcess(
      process.execPath,
      [
        ...[MAIN, 'serve', '--dir', dir, '--http', `127.0.0.1:${port}`, '--driver', 'docker'],
        ...['--docker-host', engine.host, '--edge-http', `127.0.0.1:${edgePort}`],
      ],
      { ready: /Address/ },
    );

  beforeAll(async () => {
    engine = opened.use(await dockerEngine());
    await loadTestImages(engine);
    dir = join(opened.use(await temporaryDirectory('serve')).path, 'pb_data');
    [port, edgePort] = [await freePort(), await freePort()];
    await using superuser = await davit('superuser', 'upsert', EMAIL, PASSWORD, '--dir', dir);
    expect(await superuser.ended).toBe(0);
    opened.defer(async () => {
      await using stopping = await davit('edge', 'stop', '--dir', dir);
      await stopping.ended;
    });
    server = await serve();
    opened.defer(() => server[Symbol.asyncDispose]());
    client = new PocketBase(`http://127.0.0.1:${port}`);
    client.autoCancellation(false);
    await client.collection('_superusers').authWithPassword(EMAIL, PASSWORD);
    const account = { email: 'ada@example.com', password: PASSWORD, passwordConfirm: PASSWORD };
    const { id: user } = await client.collection('users').create(account);
    const { id: project } = await client.collection('projects').create({ name: 'Docks', user });
    const { id: deployment } = await client
      .collection('deployments')
      .create({ name: 'web', user, project });
    app = { project, deployment, user };
  });
  afterAll(() => opened.disposeAsync());

  const url = () => `http://127.0.0.1:${edgePort}/`;
  const roll = (tag: string) =>
    client.collection('rollouts').create({
      ...app,
      manifest: {
        apiVersion: 'one-click.dev/v1alpha1',
        kind: 'Rollout',
        spec: {
          image: { registry: 'davit.test', repository: 'web', tag },
          interfaces: [{ name: 'http', port: 8080, ingress: { rules: [{ host: '', path: '/' }] } }],
          secrets: [{ name: 'TOKEN', value: 'hush-hush' }],
        },
      },
    });
  const becomes = (phase: string, rollout: string) =>
    until(
      async () => {
        const path = `/api/davit/v1/projects/${app.project}/deployments/${app.deployment}/status`;
        const status: { phase: string; rolloutId: string; urls: string[] } = await client.send(
          path,
          {},
        );
        return status.phase === phase && status.rolloutId === rollout && status;
      },
      { ...PATIENCE, what: phase },
    );

  test('starts an edge, runs a rollout record and serves it', async () => {
    const { id } = await roll('1');
    const { urls } = await becomes('Running', id);
    expect(urls).toContain(`http://web.docks.localhost:${edgePort}/`);
    expect(await ask(url())).toBe('one');
    expect(await ask(`${url()}env/TOKEN`)).toBe('hush-hush');
  });

  test('tells what the app uses', async () => {
    const path = `/api/davit/v1/projects/${app.project}/deployments/${app.deployment}/metrics`;
    const { items } = await client.send<{ items: InstanceUsage[] }>(path, {});
    expect(items).toHaveLength(1);
    expect(items[0]?.memory).toBeGreaterThan(100_000);
  });

  test('keeps secrets out of its files and of labels', async () => {
    const files = await Promise.all(
      ['state.json', 'edge-routes.json'].map((name) => readFile(join(dir, 'docker', name), 'utf8')),
    );
    for (const text of files) expect(text).not.toContain('hush-hush');
    const containers = await engine.api<{ Labels: object }[]>('GET', '/containers/json?all=1');
    expect(containers).toHaveLength(1);
    expect(JSON.stringify(containers.map(({ Labels }) => Labels))).not.toContain('hush-hush');
  });

  test('loses no request while the server is killed, restarted, and rolls on', async () => {
    const before = await engine.api<{ Id: string }[]>('GET', '/containers/json?all=1');
    await using load = await loadGenerator(url(), { rate: 200, connections: 16, keepAlive: true });
    server.kill('SIGKILL');
    await server.ended;
    expect(await ask(url())).toBe('one');
    server = await serve();
    const { id } = await roll('2');
    await becomes('Running', id);
    expect(await load.stop()).toMatchObject({ failed: 0, errors: {} });
    expect(await ask(url())).toBe('two');
    // it drains before it goes
    await expect
      .poll(async () => {
        const after = await engine.api<{ Id: string }[]>('GET', '/containers/json?all=1');
        return after.map(({ Id }) => Id);
      }, PATIENCE)
      .not.toContain(before[0]?.Id);
  });

  test('upgrades the edge without losing a request', async () => {
    await using load = await loadGenerator(url(), { rate: 200, connections: 16, keepAlive: true });
    await using upgrade = await davit('edge', 'upgrade', '--dir', dir);
    expect(await upgrade.ended).toBe(0);
    const { id } = await roll('3');
    await becomes('Running', id);
    expect(await load.stop()).toMatchObject({ failed: 0, errors: {} });
    expect(await ask(url())).toBe('three');
  });
});

function ask(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    get(url, { agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve(text.trim()));
    }).on('error', reject);
  });
}
