import { request as rawRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { runScenarios, send } from './scenario.ts';
import type { Scenario } from './scenario.ts';
import { PASSWORD, startServer } from './server.ts';
import type { TestServer } from './server.ts';
import { openSmtpSink } from './smtp-sink.ts';
import type { SmtpSink } from './smtp-sink.ts';

let server: TestServer;
let sink: SmtpSink;

const users = '/api/collections/users';

beforeAll(async () => {
  server = await startServer();
  sink = await openSmtpSink();
  await patch('/api/settings', { smtp: sink.settings });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await sink[Symbol.asyncDispose]();
});

async function patch(path: string, body: unknown): Promise<void> {
  const { status, text } = await send(server, { method: 'PATCH', path, as: 'superuser', body });
  expect(`${status} ${text}`).toMatch(/^200 /);
}

const post = (path: string, body: unknown): ReturnType<typeof send> =>
  send(server, { method: 'POST', path, body });

describe('a redirect', () => {
  const client = 'x'.repeat(40);
  test.each([
    ['/api/oauth2-redirect'],
    ['/api/oauth2-redirect?state=&code='],
    [`/api/oauth2-redirect?state=${client}&code=stolen`],
    [`/api/oauth2-redirect?state=${client}&code=stolen&redirect=https://evil.example`],
    ['/api/oauth2-redirect?state=//evil.example&error=https://evil.example'],
    ['//evil.example'],
    ['//evil.example/%2e%2e'],
    ['/\\evil.example'],
    ['/%2f%2fevil.example'],
    ['/_//evil.example'],
    ['/_/..//evil.example'],
    ['https://evil.example/'],
    ['/_/?next=//evil.example'],
  ])('of %s stays here, and tells nobody', async (path) => {
    const { status, location } = await raw(path);
    if (location === undefined) return;
    expect(status).toBeGreaterThanOrEqual(300);
    expect(new URL(location, `${server.url}/api/`).origin).toBe(server.url);
    if (!path.startsWith('/api/oauth2')) return expect(location).toMatch(/^\/(?![/\\])/);
    expect(location).not.toContain('evil');
    expect(location).toMatch(/oauth2-redirect-failure$/);
  });
});

/** The path as it is, which `fetch` would tidy up. */
function raw(
  path: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; location: string | undefined }> {
  const { hostname, port } = new URL(server.url);
  return new Promise((resolve, reject) => {
    const sent = rawRequest({ hostname, port, path, headers, method: 'GET' }, (response) => {
      response.resume();
      resolve({ status: response.statusCode ?? 0, location: response.headers.location });
    });
    sent.once('error', reject).end();
  });
}

describe('mail', () => {
  const INJECTED = 'x\r\nBcc: evil@example.com\r\n\r\n<b>';
  /** The header part of the newest mail. */
  const headersOf = async (run: () => Promise<unknown>): Promise<string> => {
    const count = sink.mails.length;
    await run();
    await vi.waitFor(() => expect(sink.mails.length).toBe(count + 1), 5000);
    return sink.mails.at(-1)!.split(/\r?\n\r?\n/)[0] ?? '';
  };
  const resetFor = async (name: string): Promise<unknown> => {
    const email = `${name}@example.com`;
    await server.server.records.save('users', { email, password: PASSWORD, name: INJECTED });
    return post(`${users}/request-password-reset`, { email });
  };

  test('takes no header from a name in its subject', async () => {
    await patch(users, {
      resetPasswordTemplate: { subject: 'For {RECORD:name}', body: '{TOKEN}' },
    });
    expect(await headersOf(() => resetFor('subject'))).not.toMatch(/^bcc:/im);
  });

  test('takes no header from the settings', async () => {
    const meta = { appName: INJECTED, senderName: INJECTED, appURL: 'http://a.example' };
    const { status } = await send(server, {
      ...{ method: 'PATCH', path: '/api/settings', as: 'superuser', body: { meta } },
    });
    if (status === 200) {
      expect(await headersOf(() => resetFor('settings'))).not.toMatch(/^bcc:/im);
    }
    await patch('/api/settings', { meta: { appName: 'Acme', senderName: 'Support' } });
  });

  test.each([
    'a@example.com\r\nBcc: evil@example.com',
    'a@example.com, evil@example.com',
    '"\r\n"@x.y',
  ])('is not sent to %j', async (newEmail) => {
    const count = sink.mails.length;
    const path = `${users}/request-email-change`;
    const body = { newEmail };
    const { status } = await send(server, {
      method: 'POST',
      path,
      as: 'user',
      body,
    });
    expect(status).toBe(400);
    expect(sink.mails.length).toBe(count);
  });
});

describe('what is too large', () => {
  const row = { path: `${users}/auth-with-password`, method: 'POST' };
  const nested = `${'{"a":'.repeat(10_001)}1${'}'.repeat(10_001)}`;
  const long = (length: number): string => 'x'.repeat(length);
  const list = `${users}/records`;
  const scenarios: Scenario[] = [
    { ...row, name: 'a body', body: `{"identity":"${long(33 * 1024 * 1024)}"}`, status: 413 },
    { ...row, name: 'an identity', body: { identity: long(256), password: 'x' }, status: 400 },
    { ...row, name: 'a password', body: { identity: 'x', password: long(256) }, status: 400 },
    { ...row, name: 'a depth', body: nested, status: 400 },
    { ...row, name: 'a list as the body', body: [[]], status: 400 },
    { ...row, name: 'the same member twice', body: '{"identity":"a","identity":"b"}', status: 400 },
    { name: 'a filter', path: `${list}?filter=${long(3501)}`, as: 'user', status: 400 },
    {
      name: 'a filter of many parts',
      path: `${list}?filter=${Array.from({ length: 201 }, () => 'id=1').join('||')}`,
      as: 'user',
      status: 400,
    },
    {
      name: 'a sort',
      path: `${list}?sort=${long(9).split('').join(',')}`,
      as: 'user',
      status: 400,
    },
    { name: 'a page', path: `${list}?page=99999999999999999999`, as: 'user', status: 400 },
    {
      name: 'a page size, which is cut',
      path: `${list}?perPage=999999`,
      as: 'user',
      status: 200,
      contains: ['"perPage":1000'],
    },
    { name: 'a header', path: list, headers: { 'x-large': long(20_000) }, status: 431 },
    { name: 'an address', path: `${list}?x=${long(20_000)}`, status: 431 },
    {
      name: 'subscriptions',
      method: 'POST',
      path: '/api/realtime',
      body: { clientId: 'x', subscriptions: Array.from({ length: 1001 }, String) },
      status: 400,
    },
    {
      name: 'a subscription',
      method: 'POST',
      path: '/api/realtime',
      body: { clientId: 'x', subscriptions: [long(2501)] },
      status: 400,
    },
    {
      name: 'the scopes of a key',
      method: 'POST',
      path: '/api/davit/v1/api-keys',
      as: 'superuser',
      body: { name: 'x', scopes: Array.from({ length: 201 }, () => '*:list') },
      status: 400,
    },
    {
      name: 'a record',
      method: 'POST',
      path: list,
      as: 'superuser',
      body: { email: `${long(300)}@example.com`, password: long(72), passwordConfirm: long(72) },
      status: 400,
    },
    {
      name: 'a statement',
      method: 'POST',
      path: '/api/sql',
      as: 'superuser',
      body: { query: `SELECT '${long(2_000_000)}'` },
      status: 400,
    },
  ];
  runScenarios(() => server, scenarios);

  test('did no harm', async () => {
    expect((await send(server, { path: '/api/health' })).status).toBe(200);
  });
});
