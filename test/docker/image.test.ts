import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { dockerEngine, hasDocker, temporaryDirectory, until } from '@davit/testkit';
import type { DockerEngine } from '@davit/testkit';
import PocketBase from 'pocketbase';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildImage, docker } from './image.ts';

const COMPOSE = join(import.meta.dirname, '../../deploy/compose.yaml');
const EMAIL = 'root@example.com';
const PASSWORD = 'correct-horse-1';
const IMAGE = 'davit.test/davit:1';

interface Container {
  Name: string;
  State: { Status: string; StartedAt: string; ExitCode: number; Health?: { Status: string } };
  Config: { User: string };
  NetworkSettings: { Networks: Record<string, { IPAddress: string }> };
}

describe.runIf(hasDocker())('the image', () => {
  const opened = new AsyncDisposableStack();
  let engine: DockerEngine;
  let folder: string;
  let built: number;
  beforeAll(async () => {
    engine = opened.use(await dockerEngine());
    folder = opened.use(await temporaryDirectory('compose')).path;
    const began = performance.now();
    await buildImage(engine, 'server', IMAGE);
    built = (performance.now() - began) / 1000;
    opened.defer(() => compose({}, 'down', '--volumes', '--timeout', '1'));
  });
  afterAll(() => opened.disposeAsync());

  async function compose(env: Record<string, string>, ...args: string[]): Promise<void> {
    await promisify(execFile)('docker-compose', ['-f', COMPOSE, '-p', 'davit-test', ...args], {
      env: {
        ...process.env,
        DOCKER_HOST: engine.host,
        DAVIT_IMAGE: IMAGE,
        DAVIT_PORT: '0',
        PB_ENCRYPTION_KEY: 'a'.repeat(32),
        PB_SUPERUSER_EMAIL: EMAIL,
        PB_SUPERUSER_PASSWORD: PASSWORD,
        ...env,
      },
    });
  }
  const inspect = async (): Promise<Container> => {
    const [found] = await engine.api<{ Id: string }[]>('GET', '/containers/json?all=1');
    return engine.api('GET', `/containers/${found?.Id}/json`);
  };
  const healthy = (): Promise<Container> =>
    until(
      async () => {
        const container = await inspect();
        return container.State.Health?.Status === 'healthy' && container;
      },
      { timeout: 60_000, what: 'a healthy container' },
    );
  const client = ({ NetworkSettings }: Container): PocketBase => {
    const [network] = Object.values(NetworkSettings.Networks);
    return new PocketBase(`http://${network?.IPAddress}:8090`);
  };
  const signIn = (container: Container, password: string): Promise<unknown> =>
    client(container).collection('_superusers').authWithPassword(EMAIL, password);

  test('starts by the compose file with a superuser, healthy and not as root', async () => {
    const began = performance.now();
    await compose({}, 'up', '-d', '--no-build');
    const container = await inspect();
    const url = `${client(container).baseURL}/api/health`;
    await until(async () => (await fetch(url)).ok, { timeout: 60_000, interval: 20, what: url });
    const answered = (performance.now() - began) / 1000;
    await healthy();
    await signIn(container, PASSWORD);
    expect(container.Config.User).toBe('65532:65532');
    const { Size } = await engine.api<{ Size: number }>('GET', `/images/${IMAGE}/json`);
    console.log(
      `image: ${Math.round(Size / 1e6)} MB, built in ${built.toFixed(1)} s, answers after ${answered.toFixed(2)} s`,
    );
  });

  test('keeps its settings encrypted', async () => {
    const container = await inspect();
    const asked = client(container);
    await asked.collection('_superusers').authWithPassword(EMAIL, PASSWORD);
    await asked.settings.update({ meta: { appName: 'Harbour' } });
    const copy = join(folder, 'pb_data');
    await docker(engine, 'cp', `${container.Name.slice(1)}:/pb_data`, copy);
    const db = new DatabaseSync(join(copy, 'data.db'));
    const { value } = db.prepare(`SELECT value FROM _params WHERE id = 'settings'`).get() as {
      value: Uint8Array | string; // PocketBase writes a blob
    };
    db.close();
    expect(Buffer.from(value as Uint8Array).toString('utf8')).toMatch(/^[A-Za-z0-9+/]+=*$/);
  });

  test('restores a backup in its place: the container stays', async () => {
    const before = await inspect();
    const asked = client(before);
    await asked.collection('_superusers').authWithPassword(EMAIL, PASSWORD);
    await asked.backups.create('one.zip');
    await asked.settings.update({ meta: { appName: 'Elsewhere' } });
    await asked.backups.restore('one.zip');
    await until(
      async () => {
        const { meta } = (await asked.settings.getAll()) as { meta: { appName: string } };
        return meta.appName === 'Harbour';
      },
      { timeout: 30_000, what: 'the restored settings' },
    );
    expect((await inspect()).State.StartedAt).toBe(before.State.StartedAt);
  });

  test('stops when asked, and a later start does not change the superuser', async () => {
    await compose({}, 'stop');
    expect((await inspect()).State).toMatchObject({ Status: 'exited', ExitCode: 0 });
    await compose({}, 'down'); // the container goes, its volume stays
    await compose({ PB_SUPERUSER_PASSWORD: 'another-horse-2' }, 'up', '-d', '--no-build');
    const container = await healthy();
    const asked = client(container);
    await asked.collection('_superusers').authWithPassword(EMAIL, PASSWORD);
    expect(await asked.settings.getAll()).toMatchObject({ meta: { appName: 'Harbour' } });
    await expect(signIn(container, 'another-horse-2')).rejects.toThrow();
  });

  test('says whose a mounted folder has to be', async () => {
    const mounted = join(folder, 'mounted');
    await mkdir(mounted, { mode: 0o755 });
    await expect(
      docker(engine, 'run', '--rm', '--network', 'none', '-v', `${mounted}:/pb_data`, IMAGE),
    ).rejects.toMatchObject({
      stderr: expect.stringContaining('It has to belong to user 65532,') as string,
    });
  });

  test('the operator has one too', async () => {
    await buildImage(engine, 'operator', 'davit.test/davit-operator:1');
    const id = await docker(
      engine,
      'create',
      '--network',
      'none',
      'davit.test/davit-operator:1',
      'crds',
    );
    const printed = await docker(engine, 'start', '--attach', id);
    expect(printed).toContain('rollouts.one-click.dev');
    await docker(engine, 'rm', id);
  });
});
