import type { JsonObject } from '@davit/domain';
import { EventSource } from 'eventsource';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { send } from './scenario.ts';
import type { Sent } from './scenario.ts';
import { startServer } from './server.ts';
import type { TestServer } from './server.ts';

let server: TestServer;

const keys = '/api/davit/v1/api-keys';
const posts = '/api/collections/posts/records';

beforeAll(async () => {
  server = await startServer();
  const users = server.server.records.collections.get('users').id;
  await server.server.records.collections.create({
    name: 'posts',
    listRule: '',
    viewRule: '',
    createRule: '@request.auth.id != ""',
    updateRule: 'owner = @request.auth.id',
    fields: [
      { name: 'title', type: 'text' },
      { name: 'owner', type: 'relation', collectionId: users },
    ],
  });
  await server.server.records.save('posts', { title: 'first', owner: server.ids.user });
});
afterAll(() => server[Symbol.asyncDispose]());

interface Answer {
  status: number;
  body: JsonObject;
}

async function api(request: Sent & { key?: string }): Promise<Answer> {
  const { key, ...rest } = request;
  const method = rest.method ?? (rest.body === undefined ? 'GET' : 'POST');
  const headers = { ...rest.headers, ...(key !== undefined && { authorization: key }) };
  const { status, text } = await send(server, { ...rest, method, headers });
  return { status, body: text === '' ? {} : (JSON.parse(text) as JsonObject) };
}

async function newKey(
  scopes: string[],
  options: { as?: 'user' | 'superuser'; expires?: string } = {},
): Promise<{ id: string; key: string; body: JsonObject }> {
  const { as = 'user', expires } = options;
  const { status, body } = await api({ path: keys, as, body: { name: 'ci', scopes, expires } });
  expect(`${status} ${JSON.stringify(body)}`).toMatch(/^200 /);
  return { id: body.id as string, key: body.key as string, body };
}

describe('management', () => {
  test('tells the secret once, and keeps its hash alone', async () => {
    const { id, key, body } = await newKey(['posts:list', '*:view']);
    expect(key).toMatch(/^davit_[a-z0-9]{15}[\w-]{43}$/);
    expect(body).toMatchObject({ name: 'ci', scopes: ['posts:list', '*:view'], expires: '' });
    expect(key.startsWith(body.prefix as string)).toBe(true);
    const { body: seen } = await api({ path: `${keys}/${id}`, as: 'user' });
    expect(seen).not.toHaveProperty('key');
    expect(JSON.stringify(seen)).not.toContain(key.slice(12));
    expect(seen).not.toHaveProperty('hash');
  });

  test.each([
    [{ scopes: ['posts:list'] }, { name: { code: 'validation_required' } }],
    [{ name: 'x' }, { scopes: { code: 'validation_required' } }],
    [{ name: 'x', scopes: [] }, { scopes: { code: 'validation_required' } }],
    [{ name: 'x', scopes: 'posts:list' }, { scopes: { code: 'validation_invalid_value' } }],
    [{ name: 'x'.repeat(101), scopes: ['*:list'] }, { name: { params: { min: 1, max: 100 } } }],
    [
      { name: 'x', scopes: ['*:list', 'posts:fly', 'none:list', '@admin:settings'] },
      {
        scopes: {
          '1': { code: 'validation_invalid_scope' },
          '2': { code: 'validation_invalid_scope' },
          '3': { code: 'validation_invalid_scope' },
        },
      },
    ],
    [
      { name: 'x', scopes: ['*:list'], expires: '2020-01-01' },
      { expires: { message: 'Must be in the future.' } },
    ],
    [
      { name: 'x', scopes: ['*:list'], expires: 'soon' },
      { expires: { message: 'Must be a date.' } },
    ],
  ])('of %j is refused', async (body, data) => {
    const answer = await api({ path: keys, as: 'user', body });
    expect(answer.status).toBe(400);
    expect(answer.body.data).toMatchObject(data);
  });

  test('shows everybody their own keys, and superusers all', async () => {
    await newKey(['posts:list']);
    const { id } = await newKey(['@admin:logs'], { as: 'superuser' });
    const mine = await api({ path: `${keys}?perPage=1`, as: 'user' });
    expect(mine.body).toMatchObject({
      page: 1,
      perPage: 1,
      items: [{ recordRef: server.ids.user }],
    });
    const foreign = await api({ path: keys, as: 'other' });
    expect(foreign.body).toMatchObject({ totalItems: 0 });
    expect((await api({ path: `${keys}/${id}`, as: 'user' })).status).toBe(404);
    expect((await api({ path: `${keys}/${id}`, as: 'user', method: 'DELETE' })).status).toBe(404);
    const all = await api({
      path: `${keys}?filter=recordRef='${server.ids.superuser}'`,
      as: 'superuser',
    });
    expect(all.body).toMatchObject({ totalItems: 1 });
    expect((await api({ path: `${keys}?filter=hash!=''`, as: 'superuser' })).status).toBe(400);
    expect((await api({ path: keys })).status).toBe(401);
  });

  test.each([
    ['GET', keys],
    ['POST', keys],
    ['POST', '/api/collections/users/auth-refresh'],
    ['POST', '/api/collections/_superusers/auth-refresh'],
    ['POST', '/api/collections/users/impersonate/{user}'],
    ['POST', '/api/collections/users/request-email-change'],
    ['POST', '/api/files/token'],
  ])('%s %s is not for keys', async (method, path) => {
    const { key } = await newKey(['*:*', '@admin:*', '@platform:*'], { as: 'superuser' });
    const { status, body } = await api({
      path,
      method,
      key,
      ...(method === 'POST' && { body: {} }),
    });
    expect([status, body.message]).toEqual([403, 'An API key cannot be used for this.']);
  });
});

describe('a key', () => {
  test('does what its scopes say, with the rights of its owner', async () => {
    const { key } = await newKey(['posts:list', 'posts:create']);
    expect((await api({ path: posts, key })).body).toMatchObject({ totalItems: 1 });
    const bearer = { authorization: `Bearer ${key}` };
    expect((await api({ path: posts, headers: bearer })).status).toBe(200);
    const made = await api({ path: posts, key, body: { title: 'by a key' } });
    expect(made.status).toBe(200);
    const own = `${posts}/${made.body.id as string}`;
    const viewed = await api({ path: own, key });
    expect([viewed.status, viewed.body.message]).toEqual([
      403,
      'The API key has no scope "posts:view".',
    ]);
    expect((await api({ path: own, key, method: 'PATCH', body: {} })).status).toBe(403);
    expect((await api({ path: '/api/collections/users/records', key })).status).toBe(403);
    expect((await api({ path: '/api/settings', key })).status).toBe(403);
    await server.server.records.remove('posts', made.body.id as string);
  });

  test('of a superuser is bound to its scopes as well', async () => {
    const { key } = await newKey(['*:*', '@admin:logs'], { as: 'superuser' });
    expect((await api({ path: '/api/logs', key })).status).toBe(200);
    expect((await api({ path: '/api/settings', key })).status).toBe(403);
    const accounts = '/api/collections/_superusers/records';
    const body = { email: 'x@example.com', password: '12345678', passwordConfirm: '12345678' };
    expect((await api({ path: accounts, key, body })).status).toBe(403);
    const named = await newKey(['_superusers:list'], { as: 'superuser' });
    expect((await api({ path: accounts, key: named.key })).status).toBe(200);
  });

  test('sees nothing through expand and filters that it may not see directly', async () => {
    const narrow = await newKey(['posts:list'], { as: 'superuser' });
    const { body } = await api({ path: `${posts}?expand=owner`, key: narrow.key });
    expect(JSON.stringify(body)).not.toContain('user@example.com');
    const probe = `${posts}?filter=owner.email~'user'`;
    expect((await api({ path: probe, key: narrow.key })).status).toBe(400);
    expect((await api({ path: `${posts}?sort=owner.email`, key: narrow.key })).status).toBe(400);
    const wide = await newKey(['posts:list', 'users:*'], { as: 'superuser' });
    expect((await api({ path: probe, key: wide.key })).body).toMatchObject({ totalItems: 1 });
    const seen = await api({ path: `${posts}?expand=owner`, key: wide.key });
    expect(JSON.stringify(seen.body)).toContain('user@example.com');
  });

  test('is held back in a batch and its records too', async () => {
    const settings = { batch: { enabled: true, maxRequests: 5, timeout: 3 } };
    await api({ path: '/api/settings', method: 'PATCH', as: 'superuser', body: settings });
    const { key } = await newKey(['posts:list'], { as: 'superuser' });
    const requests = [{ method: 'POST', url: posts, body: { title: 'no' } }];
    const { status, body } = await api({ path: '/api/batch', key, body: { requests } });
    expect(status).toBe(400);
    expect(JSON.stringify(body)).toContain('no scope');
  });

  test('fails at once when it is revoked, expired, changed or its owner is gone', async () => {
    const revoked = await newKey(['posts:list']);
    expect((await api({ path: posts, key: revoked.key })).status).toBe(200);
    await api({ path: `${keys}/${revoked.id}`, method: 'DELETE', as: 'user' });
    const { status, body } = await api({ path: posts, key: revoked.key });
    expect([status, body.message]).toEqual([
      401,
      'The API key is not valid: unknown, expired or revoked.',
    ]);
    expect((await api({ path: posts, key: `${revoked.key.slice(0, -1)}_` })).status).toBe(401);

    const brief = await newKey(['posts:list'], {
      expires: new Date(Date.now() + 300).toISOString(),
    });
    await vi.waitFor(
      async () => expect((await api({ path: posts, key: brief.key })).status).toBe(401),
      { timeout: 30_000 },
    );

    const changed = await newKey(['posts:list']);
    expect((await api({ path: posts, key: changed.key })).status).toBe(200);
    const path = `${keys}/${changed.id}`;
    await api({ path, method: 'PATCH', as: 'user', body: { scopes: ['users:list'] } });
    expect((await api({ path: posts, key: changed.key })).status).toBe(403);

    const record = await server.server.records.save('users', {
      email: 'gone@example.com',
      password: 'correct-horse-1',
    });
    const { records } = server.server;
    const collection = records.collections.get('users');
    const token = records.auth.issueToken(collection, record);
    const headers = { authorization: token };
    const made = await api({ path: keys, headers, body: { name: 'x', scopes: ['posts:list'] } });
    const orphan = made.body.key as string;
    expect((await api({ path: posts, key: orphan })).status).toBe(200);
    await records.remove('users', record.id);
    expect((await api({ path: posts, key: orphan })).status).toBe(401);
  });

  test('tells when it was used last', async () => {
    const { id, key } = await newKey(['posts:list']);
    await api({ path: posts, key });
    const { body } = await api({ path: `${keys}/${id}`, as: 'user' });
    expect(Date.parse(body.lastUsed as string)).toBeGreaterThan(Date.now() - 60_000);
  });

  test('hears in realtime what it may list, until it is revoked', async () => {
    const { id, key } = await newKey(['posts:list'], { as: 'superuser' });
    const source = new EventSource(`${server.url}/api/realtime`);
    try {
      const heard: string[] = [];
      const clientId = await new Promise<string>((resolve) => {
        source.addEventListener('PB_CONNECT', (event) => resolve(event.lastEventId));
      });
      for (const topic of ['posts', 'users', 'posts2']) {
        source.addEventListener(topic, () => heard.push(topic));
      }
      const records = server.server.records;
      await records.collections.create({ name: 'posts2', listRule: null, viewRule: null });
      const body = { clientId, subscriptions: ['posts', 'users'] };
      expect((await api({ path: '/api/realtime', key, body })).status).toBe(204);
      await records.save('users', { id: server.ids.other, name: 'renamed' });
      const { id: post } = await records.save('posts', { title: 'heard' });
      await vi.waitFor(() => expect(heard).toEqual(['posts']), { timeout: 30_000 });
      await records.collections.update('posts', { listRule: null });
      await records.save('posts', { id: post, title: 'heard again' });
      await vi.waitFor(() => expect(heard).toEqual(['posts', 'posts']), { timeout: 30_000 });
      await api({ path: `${keys}/${id}`, method: 'DELETE', as: 'user' });
      await api({ path: `${keys}/${id}`, method: 'DELETE', as: 'superuser' });
      await records.save('posts', { id: post, title: 'not heard' });
      await records.collections.update('posts', { listRule: '' });
      await records.save('posts', { id: post, title: 'public' });
      await vi.waitFor(() => expect(heard).toEqual(['posts', 'posts', 'posts']), {
        timeout: 30_000,
      });
    } finally {
      source.close();
    }
  });

  test('reaches the platform by its scopes', async () => {
    const { key } = await newKey(['@platform:logs', '@platform:deploy'], { as: 'superuser' });
    expect((await api({ path: '/api/davit/v1/engine', key })).status).toBe(403);
    const app = '/api/davit/v1/projects/none/deployments/none';
    expect((await api({ path: `${app}/status`, key })).status).toBe(403);
    expect((await api({ path: `${app}/logs`, key })).status).toBe(404);
    expect((await api({ path: `${app}/restart`, key, method: 'POST' })).status).toBe(403);
    const rollouts = '/api/collections/rollouts/records';
    expect((await api({ path: rollouts, key })).status).toBe(403);
    expect((await api({ path: rollouts, key, body: {} })).status).toBe(400);
    const { body } = await api({ path: `${keys}/scopes`, as: 'user' });
    expect(body.items).toContain('@platform:*');
    expect(body.items).not.toContain('@admin:sql');
  });
});
