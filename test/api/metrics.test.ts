import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonObject } from '@davit/domain';
import { createServer } from '@davit/server';
import { freePort } from '@davit/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { send } from './scenario.ts';
import { serveConfig, startServer } from './server.ts';
import type { TestServer } from './server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server[Symbol.asyncDispose]());

/** Values by series, as Prometheus reads them. */
async function scrape(): Promise<Map<string, number>> {
  const { status, text, headers } = await send(server, { path: '/metrics', as: 'superuser' });
  expect(status).toBe(200);
  expect(headers.get('content-type')).toContain('text/plain; version=0.0.4');
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      expect(line).toMatch(/^[a-z_][a-z0-9_]*(\{[^}]*\})? [-+0-9.eInf]+$/);
      const at = line.lastIndexOf(' ');
      return [line.slice(0, at), Number(line.slice(at + 1))];
    }),
  );
}

const counted = (method: string, route: string, status: number): string =>
  `davit_http_requests_total{method="${method}",route="${route}",status="${status}"}`;

test('counts requests by pattern and status, and never by path', async () => {
  const users = '/api/collections/users/records';
  for (const id of ['{user}', '{other}', 'missing']) {
    await send(server, { path: `${users}/${id}`, as: 'superuser' });
  }
  await send(server, { path: '/api/davit/v1/projects/a/deployments/b/status', as: 'user' });
  for (const path of ['/api/nothing/here', '/nothing', '/api/%']) await send(server, { path });
  const series = await scrape();
  const route = '/api/collections/:collection/records/:id';
  expect(series.get(counted('GET', route, 200))).toBe(2);
  expect(series.get(counted('GET', route, 404))).toBe(1);
  const status = '/api/davit/v1/projects/:project/deployments/:deployment/status';
  expect(series.get(counted('GET', status, 404))).toBe(1);
  expect(series.get(counted('GET', 'none', 404))).toBeGreaterThanOrEqual(2);
  const bucket = `davit_http_request_duration_seconds_bucket{le="+Inf",method="GET",route="${route}"}`;
  expect(series.get(bucket)).toBe(3);
  expect([...series.keys()].join('\n')).not.toContain(server.ids.user);
});

test('tells what the server is made of', async () => {
  const before = await scrape();
  const wrong = { identity: 'user@example.com', password: 'wrong' };
  await send(server, {
    path: '/api/collections/users/auth-with-password',
    method: 'POST',
    body: wrong,
  });
  await server.server.records.save('users', { id: server.ids.user, name: 'written' });
  const after = await scrape();
  const grown = (name: string): number => (after.get(name) ?? NaN) - (before.get(name) ?? NaN);
  expect(grown('davit_password_hashes_total')).toBe(1);
  expect(grown('davit_sqlite_writes_total')).toBe(1);
  expect(grown('davit_sqlite_commits_total')).toBe(1);
  for (const name of [
    'davit_sqlite_write_queue',
    'davit_sqlite_readers_busy',
    'davit_realtime_clients',
    'davit_rollout_queue_depth',
    'davit_password_hashes_waiting',
    'davit_mails_waiting',
    'davit_mails_failed_total',
    'davit_backup_running',
    'davit_backup_newest_timestamp_seconds',
  ]) {
    expect([name, after.get(name)]).toEqual([name, 0]);
  }
  expect(after.get('process_resident_memory_bytes')).toBeGreaterThan(1e7);
  expect(after.get('davit_http_requests_open')).toBe(1);
});

test('is for superusers and keys with the scope', async () => {
  const status = async (headers: Record<string, string>): Promise<number> =>
    (await send(server, { path: '/metrics', headers })).status;
  const keyWith = async (scope: string): Promise<string> => {
    const body = { name: 'prometheus', scopes: [scope] };
    const path = '/api/davit/v1/api-keys';
    const { text } = await send(server, { method: 'POST', path, as: 'superuser', body });
    return (JSON.parse(text) as JsonObject).key as string;
  };
  expect(await status({})).toBe(404);
  expect(await status({ authorization: server.tokens.user })).toBe(403);
  expect(await status({ authorization: 'Bearer nonsense' })).toBe(401);
  expect(await status({ authorization: `Bearer ${await keyWith('@admin:metrics')}` })).toBe(200);
  expect(await status({ authorization: `Bearer ${await keyWith('@admin:logs')}` })).toBe(403);
});

test('has an address of its own, without a token', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'davit-metrics-'));
  const metrics = { host: '127.0.0.1', port: await freePort() };
  const other = await createServer({ ...serveConfig(dir), metrics });
  try {
    const url = `http://127.0.0.1:${metrics.port}`;
    const response = await fetch(`${url}/metrics`);
    expect(await response.text()).toContain('davit_sqlite_writes_total');
    expect((await fetch(`${url}/api/health`)).status).toBe(404);
    expect((await fetch(`${url}/metrics`, { method: 'POST' })).status).toBe(404);
  } finally {
    await other.close();
    await rm(dir, { recursive: true });
  }
});
