import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from '@davit/server';
import { freePort } from '@davit/testkit';
import { expect, onTestFinished, test, vi } from 'vitest';
import { NO_POCKETBASE, POCKETBASE } from './pocketbase-binary.ts';
import { PASSWORD, serveConfig, startServer } from './server.ts';

const KEY = 'k'.repeat(32);
const EMAIL = 'root@example.com';

test('requests are logged with their failures, without tokens, and the log can be emptied', async () => {
  await using running = await startServer();
  const headers = { authorization: running.tokens.superuser };
  const logs = async (filter: string): Promise<string> => {
    const query = new URLSearchParams({ filter });
    return (await fetch(`${running.url}/api/logs?${query}`, { headers })).text();
  };
  await fetch(`${running.url}/api/nowhere?token=secret`);
  await vi.waitFor(
    async () => expect(await logs("data.url ~ 'nowhere'")).toContain('"totalItems":1'),
    { timeout: 8000 },
  );
  const text = await logs("data.url ~ 'nowhere' && level = 8");
  expect(text).toContain('"status":404');
  expect(text).not.toContain('secret');
  const emptied = await fetch(`${running.url}/api/logs`, { method: 'DELETE', headers });
  expect(emptied.status).toBe(204);
  expect(await logs("data.url ~ 'nowhere'")).toContain('"totalItems":0');
}, 15_000);

test('cron jobs are listed, started, and follow the settings', async () => {
  await using running = await startServer();
  const headers = { authorization: running.tokens.superuser, 'content-type': 'application/json' };
  const crons = async (): Promise<string> =>
    (await fetch(`${running.url}/api/crons`, { headers })).text();
  expect(await crons()).not.toContain('__pbAutoBackup__');
  const body = JSON.stringify({ backups: { cron: '0 3 * * *' } });
  await fetch(`${running.url}/api/settings`, { method: 'PATCH', headers, body });
  expect(await crons()).toContain('{"id":"__pbAutoBackup__","expression":"0 3 * * *"}');
  const start = `${running.url}/api/crons/__pbAutoBackup__`;
  expect((await fetch(start, { method: 'POST', headers })).status).toBe(204);
  await vi.waitFor(async () => {
    const backups = await fetch(`${running.url}/api/backups`, { headers });
    expect(await backups.text()).toContain('@auto_pb_backup_acme_');
  }, 20_000);
  const missing = await fetch(`${running.url}/api/crons/none`, { method: 'POST', headers });
  expect(missing.status).toBe(404);
});

test.skipIf(NO_POCKETBASE !== '')(
  'PocketBase reads settings Davit encrypted',
  async () => {
    const dir = await mkdtemp(join(tmpdir(), 'davit-settings-'));
    onTestFinished(() => rm(dir, { recursive: true, force: true }));
    const config = { ...serveConfig(dir), encryptionKey: KEY, passwordHash: 'bcrypt' as const };
    const server = await createServer(config);
    await server.records.superusers.create(EMAIL, PASSWORD);
    const body = JSON.stringify({ meta: { appName: 'sealed' } });
    const saved = await fetch(`${server.url}/api/settings`, {
      method: 'PATCH',
      headers: { authorization: await signIn(server.url), 'content-type': 'application/json' },
      body,
    });
    expect(saved.status).toBe(200);
    await server.close();
    const url = await startPocketBase(dir);
    const settings = await fetch(`${url}/api/settings`, {
      headers: { authorization: await signIn(url) },
    });
    expect(await settings.text()).toContain('"appName":"sealed"');
  },
  30_000,
);

async function startPocketBase(dir: string): Promise<string> {
  const address = `127.0.0.1:${await freePort()}`;
  const flags = ['--dir', dir, '--dev=false', '--encryptionEnv', 'PB_KEY'];
  const child = spawn(POCKETBASE, ['serve', `--http=${address}`, ...flags], {
    env: { ...process.env, PB_KEY: KEY },
  });
  onTestFinished(async () => {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill();
    await ended;
  });
  await vi.waitFor(() => fetch(`http://${address}/api/health`), { timeout: 10_000, interval: 50 });
  return `http://${address}`;
}

async function signIn(url: string): Promise<string> {
  const response = await fetch(`${url}/api/collections/_superusers/auth-with-password`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ identity: EMAIL, password: PASSWORD }),
  });
  const { token } = (await response.json()) as { token: string };
  return token;
}
