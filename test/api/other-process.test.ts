import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { watch } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from '@davit/server';
import { expect, test, vi } from 'vitest';
import { PASSWORD, serveConfig, startServer } from './server.ts';
import { NO_POCKETBASE, startPocketBase } from './pocketbase-binary.ts';

const SOON = { timeout: 10_000, interval: 100 };

async function call(url: string, path: string, init: RequestInit = {}): Promise<Response> {
  const headers = { 'content-type': 'application/json', ...init.headers };
  return fetch(url + path, { ...init, headers });
}

test('sees collections, settings and accounts that another server has changed', async () => {
  await using one = await startServer();
  // on the same directory, as a command or another server would be
  const other = await createServer(serveConfig(one.dir));
  try {
    const { user, superuser } = one.tokens;
    const asUser = { headers: { authorization: user } };
    const refresh = (): Promise<Response> =>
      call(one.url, '/api/collections/users/auth-refresh', { method: 'POST', ...asUser });
    expect((await refresh()).status).toBe(200);

    await call(other.url, '/api/collections', {
      method: 'POST',
      headers: { authorization: superuser },
      body: JSON.stringify({ name: 'elsewhere', listRule: '' }),
    });
    await vi.waitFor(async () => {
      expect((await call(one.url, '/api/collections/elsewhere/records')).status).toBe(200);
    }, SOON);

    await call(other.url, '/api/settings', {
      method: 'PATCH',
      headers: { authorization: superuser },
      body: JSON.stringify({ batch: { enabled: true, maxRequests: 7 } }),
    });
    await vi.waitFor(
      () => expect(one.server.records.settings.current.batch.maxRequests).toBe(7),
      SOON,
    );

    // a new password makes tokens worthless, whoever set it
    await other.records.save('users', { id: one.ids.user, password: `${PASSWORD}!` });
    await vi.waitFor(async () => expect((await refresh()).status).toBe(401), SOON);
  } finally {
    await other.close();
  }
});

test('signs a realtime client out whose account another server has changed', async () => {
  await using one = await startServer();
  const other = await createServer(serveConfig(one.dir));
  try {
    const { realtime } = one.server.records;
    const end = new AbortController();
    const response = await fetch(`${one.url}/api/realtime`, { signal: end.signal });
    const { value } = await response.body!.getReader().read();
    const clientId = /"clientId":"(\w+)"/.exec(Buffer.from(value!).toString())?.[1];
    await call(one.url, '/api/realtime', {
      method: 'POST',
      headers: { authorization: one.tokens.user },
      body: JSON.stringify({ clientId, subscriptions: ['users/*'] }),
    });
    expect(realtime.clients()[0]?.auth?.record.id).toBe(one.ids.user);
    await other.records.save('users', { id: one.ids.user, password: `${PASSWORD}!` });
    await vi.waitFor(() => expect(realtime.clients()[0]?.auth).toBeUndefined(), SOON);
    end.abort();
  } finally {
    await other.close();
  }
});

test('tells PocketBase of changes where it watches', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'davit-notify-'));
  await mkdir(join(dir, '.notify'));
  const server = await createServer(serveConfig(dir));
  const names = new Set<string>();
  const watcher = watch(join(dir, '.notify'), (_kind, name) => names.add(String(name)));
  try {
    await server.records.collections.create({ name: 'one' });
    await vi.waitFor(() => expect([...names].join()).toMatch(/^collections@davit/), SOON);
  } finally {
    watcher.close();
    await server.close();
    await rm(dir, { recursive: true, force: true });
  }
});

test.skipIf(NO_POCKETBASE !== '')('runs beside the real PocketBase', async () => {
  await using one = await startServer();
  const pocketbase = await startPocketBase(one.dir);
  try {
    const created = await call(pocketbase.url, '/api/collections', {
      method: 'POST',
      headers: { authorization: one.tokens.superuser },
      body: JSON.stringify({ name: 'theirs', type: 'base', listRule: '' }),
    });
    expect(created.status).toBe(200);
    await vi.waitFor(async () => {
      expect((await call(one.url, '/api/collections/theirs/records')).status).toBe(200);
    }, SOON);
    await one.server.records.collections.create({ name: 'ours', listRule: '' });
    await vi.waitFor(async () => {
      expect((await call(pocketbase.url, '/api/collections/ours/records')).status).toBe(200);
    }, SOON);
  } finally {
    await pocketbase.stop();
  }
});
