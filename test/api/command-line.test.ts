import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { NO_POCKETBASE, POCKETBASE } from './pocketbase-binary.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MAIN = join(ROOT, 'apps/server/src/main.ts');

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'davit-cli-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

interface Run {
  readonly output: { stdout: string; stderr: string };
  stop(): void;
  /** exit code; null when a signal ended it */
  ended: Promise<number | null>;
}

function davit(...args: string[]): Run {
  const child = spawn(process.execPath, [MAIN, ...args, '--dir', join(dir, 'data')]);
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()));
  return {
    output,
    stop: () => void child.kill('SIGTERM'),
    ended: new Promise((resolve) => child.once('close', resolve)),
  };
}

test('serves, links to the first sign-in once, stops on SIGTERM, and makes superusers', async () => {
  const port = await freePort();
  const address = `127.0.0.1:${port}`;
  const first = davit('serve', '--http', address);
  await vi.waitFor(() => expect(first.output.stdout).toContain('/_/#/pbinstall/'), 20_000);
  expect(first.output.stdout.match(/pbinstall/g)).toHaveLength(1);
  expect((await fetch(`http://${address}/api/health`)).status).toBe(200);

  const second = davit('serve', '--http', address);
  expect(await second.ended).toBe(1);
  expect(second.output.stderr).toContain(`Another process listens on ${address}.`);

  const create = davit('superuser', 'create', 'root@example.com', 'correct-horse-1');
  expect(await create.ended).toBe(0);
  const again = davit('superuser', 'create', 'root@example.com', 'correct-horse-1');
  expect(await again.ended).toBe(1);
  expect(again.output.stderr).toContain('email: Value must be unique.');

  first.stop();
  expect(await first.ended).toBe(0);
  const third = davit('serve', '--http', address);
  await vi.waitFor(() => expect(third.output.stdout).toContain('Engine'), 20_000);
  expect(third.output.stdout).not.toContain('pbinstall');
  third.stop();
  expect(await third.ended).toBe(0);
});

test('npm start ends with what it started', async () => {
  const url = `http://127.0.0.1:${await freePort()}`;
  const flags = ['--http', new URL(url).host, '--dir', join(dir, 'npm-start')];
  const npm = spawn('npm', ['start', '--', ...flags], { cwd: ROOT, detached: true });
  const ended = new Promise((resolve) => npm.once('exit', resolve));
  try {
    // it may have to build first
    await vi.waitFor(() => fetch(`${url}/api/health`), { timeout: 100_000, interval: 200 });
    npm.kill('SIGTERM');
    await ended;
    await vi.waitFor(() => expect(fetch(url)).rejects.toThrow(), 30_000);
  } finally {
    endGroup(npm.pid);
  }
}, 180_000);

/** Whoever is left of a process and those it started. */
function endGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // nobody is
  }
}

test('explains what is wrong with a command line and ends with 2', async () => {
  const run = davit('serve', '--readers', 'many', '--colour');
  expect(await run.ended).toBe(2);
  expect(run.output.stderr).toContain('--readers must be a whole number');
  expect(run.output.stderr).toContain('unknown flag: --colour');
  expect(run.output.stdout).toBe('');
});

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => probe.once('listening', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

test('superusers from PocketBase habits: one-time password, addresses', async () => {
  const run = async (...args: string[]): Promise<{ code: number | null; text: string }> => {
    const { ended, output } = davit(...args);
    return { code: await ended, text: output.stdout + output.stderr };
  };
  await run('superuser', 'upsert', 'ops@example.com', 'correct-horse-1');
  const off = await run('superuser', 'otp', 'ops@example.com');
  expect(off).toMatchObject({ code: 1 });
  expect(off.text).toContain('not enabled');
  expect((await run('superuser', 'otp', 'nobody@example.com')).text).toContain('no superuser');
  const wrong = await run('superuser', 'ips', '10.0.0.1', 'somewhere');
  expect(wrong).toMatchObject({ code: 1 });
  expect(wrong.text).toContain('superuserIPs.1: Invalid IP or CIDR subnet.');
  expect(await run('superuser', 'ips', '10.0.0.1')).toMatchObject({ code: 0 });
  expect((await run('superuser', 'ips')).text).toContain('from any address');
});

test('migrations: a snapshot of the collections, a history in step, no way down', async () => {
  const folder = join(dir, 'pb_migrations');
  const snapshot = davit('migrate', 'collections');
  expect(await snapshot.ended).toBe(0);
  const [name = ''] = await readdir(folder);
  expect(name).toMatch(/^\d+_collections_snapshot\.js$/);
  const text = await readFile(join(folder, name), 'utf8');
  expect(text).toContain('return app.importCollections(snapshot, false);');
  expect(text).toContain('"name": "_superusers"');
  expect(text).not.toContain('secret');
  const up = davit('migrate', 'up');
  expect(await up.ended).toBe(0);
  expect(up.output.stdout).toContain(name);
  const db = new DatabaseSync(join(dir, 'data', 'data.db'));
  const insert = db.prepare('INSERT INTO _migrations (file, applied) VALUES (?, 1)');
  for (const file of ['1_gone.js', name]) insert.run(file);
  const sync = davit('migrate', 'history-sync');
  expect(await sync.ended).toBe(0);
  expect(sync.output.stdout).toContain('1_gone.js');
  const files = db
    .prepare('SELECT file FROM _migrations')
    .all()
    .map(({ file }) => String(file));
  db.close();
  expect(files).toContain(name);
  expect(files).toContain('1640988000_init.go');
  expect(files).not.toContain('1_gone.js');
  const down = davit('migrate', 'down', '1');
  expect(await down.ended).toBe(1);
  expect(down.output.stderr).toContain('backup');
});

test('what commands change is in the audit log, with the user of the machine', async () => {
  const entries = (): Record<string, unknown>[] => {
    const db = new DatabaseSync(join(dir, 'data', 'data.db'), { readOnly: true });
    const rows = db.prepare('SELECT * FROM _davit_audit ORDER BY seq').all();
    db.close();
    return rows;
  };
  const before = davit('superuser', 'upsert', 'noted@example.com', 'correct-horse-1');
  expect(await before.ended).toBe(0);
  const { seq } = entries().at(-1) as { seq: number };
  const commands = [
    ['superuser', 'create', 'new@example.com', 'correct-horse-1'],
    ['superuser', 'update', 'new@example.com', 'correct-horse-2'],
    ['superuser', 'ips', '10.0.0.1'],
    ['superuser', 'ips'],
    ['superuser', 'delete', 'new@example.com'],
  ];
  for (const command of commands)
    expect([command, await davit(...command).ended]).toEqual([command, 0]);
  const by = { actorType: 'command', actorName: userInfo().username, ip: '', outcome: 'done' };
  const made = entries().filter((entry) => Number(entry.seq) > seq);
  const account = { ...by, collection: '_superusers', record: made[0]?.record };
  expect(made).toMatchObject([
    { ...account, action: 'record.create' },
    { ...account, action: 'record.update', detail: expect.stringContaining('password') as string },
    { ...by, action: 'settings.update', detail: '{"changed":["superuserIPs"]}' },
    { ...by, action: 'settings.update' },
    { ...account, action: 'record.delete' },
  ]);
  expect(entries().map(({ action }) => action)).toContain('migrate.history-sync');
  expect(JSON.stringify(entries())).not.toContain('correct-horse');
});

test.skipIf(NO_POCKETBASE !== '')(
  'PocketBase takes over a snapshot of the collections',
  async () => {
    const snapshot = davit(
      'migrate',
      'collections',
      '--migrationsDir',
      join(dir, 'for_pocketbase'),
    );
    expect(await snapshot.ended).toBe(0);
    const other = join(dir, 'pocketbase');
    const migrate = spawn(POCKETBASE, [
      ...['migrate', 'up', '--dev=false', '--dir', other],
      ...['--migrationsDir', join(dir, 'for_pocketbase')],
    ]);
    expect(await new Promise((resolve) => migrate.once('close', resolve))).toBe(0);
    const names = (path: string): unknown[] => {
      const db = new DatabaseSync(join(path, 'data.db'));
      const rows = db.prepare('SELECT id, name, type FROM _collections ORDER BY id').all();
      db.close();
      return rows;
    };
    expect(names(other)).toEqual(names(join(dir, 'data')));
  },
);

test('asks a server for its health', async () => {
  const down = await freePort();
  const health = davit('health', '--http', `127.0.0.1:${down}`);
  expect(await health.ended).toBe(2); // --dir does not belong to it
  const args = [MAIN, 'health', '--http', `127.0.0.1:${down}`];
  const child = spawn(process.execPath, args, { stdio: 'ignore' });
  expect(await new Promise((resolve) => child.once('close', resolve))).toBe(1);
});
