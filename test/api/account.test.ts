import { createServer as createHttp } from 'node:http';
import type { Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { JsonObject } from '@davit/domain';
import { EventSource } from 'eventsource';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { send } from './scenario.ts';
import { PASSWORD, startServer } from './server.ts';
import type { TestServer } from './server.ts';
import { openSmtpSink } from './smtp-sink.ts';
import type { SmtpSink } from './smtp-sink.ts';

let server: TestServer;
let sink: SmtpSink;

beforeEach(async () => {
  server = await startServer();
  sink = await openSmtpSink();
  await api('/api/settings', { smtp: sink.settings }, { as: 'superuser', method: 'PATCH' });
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
  await sink[Symbol.asyncDispose]();
});

const users = '/api/collections/users';

interface Answer {
  status: number;
  body: JsonObject;
}

async function api(
  path: string,
  body?: unknown,
  options: { as?: 'user' | 'superuser'; method?: string } = {},
): Promise<Answer> {
  const method = options.method ?? (body === undefined ? 'GET' : 'POST');
  const { status, text } = await send(server, { method, path, body, ...options });
  return { status, body: text === '' ? {} : (JSON.parse(text) as JsonObject) };
}

async function configure(options: JsonObject): Promise<void> {
  const { status } = await api(users, options, { as: 'superuser', method: 'PATCH' });
  expect(status).toBe(200);
}

/** What the latest mail has where `pattern` says. */
async function mailed(pattern: RegExp, count = 1): Promise<string> {
  await vi.waitFor(() => expect(sink.mails.length).toBe(count), 5000);
  return pattern.exec(sink.mails.at(-1)!.replaceAll('=3D', '='))?.[1] ?? '';
}

const LINK = (action: string): RegExp => new RegExp(`/_/#/auth/${action}/([\\w.-]+)`);

const signIn = (identity: string, password: string): Promise<Answer> =>
  api(`${users}/auth-with-password`, { identity, password });

describe('mail', () => {
  test('resets a password, once, and ends what was signed in', async () => {
    const email = 'user@example.com';
    expect((await api(`${users}/request-password-reset`, { email })).status).toBe(204);
    const token = await mailed(LINK('confirm-password-reset'));
    expect((await api(`${users}/request-password-reset`, { email })).status).toBe(204);
    const body = { token, password: 'another-horse', passwordConfirm: 'another-horse' };
    expect((await api(`${users}/confirm-password-reset`, body)).status).toBe(204);
    expect((await api(`${users}/confirm-password-reset`, body)).status).toBe(400);
    expect((await signIn(email, PASSWORD)).status).toBe(400);
    expect((await signIn(email, 'another-horse')).status).toBe(200);
    expect((await api(`${users}/auth-refresh`, {}, { as: 'user' })).status).toBe(401);
    expect(sink.mails).toHaveLength(1); // the second request came too soon
  });

  test('says nothing about who has an account', async () => {
    const email = 'nobody@example.com';
    expect((await api(`${users}/request-password-reset`, { email })).status).toBe(204);
    expect((await api(`${users}/request-verification`, { email })).status).toBe(204);
    await configure({ otp: { enabled: true } });
    const { status, body } = await api(`${users}/request-otp`, { email });
    expect([status, body]).toEqual([200, { otpId: expect.stringMatching(/^\w{15}$/) as string }]);
    expect(sink.mails).toHaveLength(0);
  });

  test('verifies an address', async () => {
    const id = server.ids.user;
    await server.server.records.save('users', { id, verified: false });
    await api(`${users}/request-verification`, { email: 'user@example.com' });
    const token = await mailed(LINK('confirm-verification'));
    expect((await api(`${users}/confirm-verification`, { token })).status).toBe(204);
    expect((await server.server.records.get('users', id))?.verified).toBe(true);
  });

  test('moves an account to another address', async () => {
    const newEmail = 'new@example.com';
    const asked = await api(`${users}/request-email-change`, { newEmail }, { as: 'user' });
    expect(asked.status).toBe(204);
    const token = await mailed(LINK('confirm-email-change'));
    expect(sink.mails[0]).toContain('To: new@example.com');
    const wrong = await api(`${users}/confirm-email-change`, { token, password: 'wrong' });
    expect(wrong.body).toMatchObject({
      data: { password: { code: 'validation_invalid_password' } },
    });
    const done = await api(`${users}/confirm-email-change`, { token, password: PASSWORD });
    expect(done.status).toBe(204);
    expect((await signIn(newEmail, PASSWORD)).status).toBe(200);
  });

  test('says when a change of address could not be mailed', async () => {
    await sink[Symbol.asyncDispose]();
    const body = { newEmail: 'new@example.com' };
    const { status, body: answer } = await api(`${users}/request-email-change`, body, {
      as: 'user',
    });
    expect([status, answer.message]).toEqual([400, 'Failed to request email change.']);
    sink = await openSmtpSink();
  });

  test('tells the owner of a sign-in from a new place', async () => {
    await configure({ authAlert: { enabled: true } });
    await signIn('user@example.com', PASSWORD);
    const path = `${users}/auth-with-password`;
    const body = { identity: 'user@example.com', password: PASSWORD };
    const headers = { 'user-agent': 'Elsewhere <b>1</b>' };
    await send(server, { method: 'POST', path, body, headers });
    await send(server, { method: 'POST', path, body, headers });
    expect(sink.mails).toHaveLength(1);
    expect(sink.mails[0]).toContain('Elsewhere &lt;b&gt;1&lt;/b&gt;');
  });
});

describe('one-time passwords', () => {
  beforeEach(() => configure({ otp: { enabled: true } }));

  async function request(count = 1): Promise<{ otpId: string; password: string }> {
    const { body } = await api(`${users}/request-otp`, { email: 'user@example.com' });
    return { otpId: body.otpId as string, password: await mailed(/<strong>(\d{8})</, count) };
  }

  test('sign in once', async () => {
    const otp = await request();
    const { status, body } = await api(`${users}/auth-with-otp`, otp);
    expect(status).toBe(200);
    expect(body.record).toMatchObject({ id: server.ids.user });
    expect((await api(`${users}/auth-with-otp`, otp)).status).toBe(400);
  });

  test('can be guessed five times at most', async () => {
    const { otpId, password } = await request();
    for (let attempt = 0; attempt < 5; attempt++) {
      expect((await api(`${users}/auth-with-otp`, { otpId, password: 'x' })).status).toBe(400);
    }
    expect((await api(`${users}/auth-with-otp`, { otpId, password })).status).toBe(429);
  });

  test('are a second factor', async () => {
    await configure({ mfa: { enabled: true } });
    const first = await signIn('user@example.com', PASSWORD);
    expect(first.status).toBe(401);
    const { mfaId } = first.body;
    const otp = await request();
    const { status, body } = await api(`${users}/auth-with-otp`, { ...otp, mfaId });
    expect([status, typeof body.token]).toEqual([200, 'string']);
    const again = await request(2);
    expect((await api(`${users}/auth-with-otp`, { ...again, mfaId })).status).toBe(400);
  });
});

describe('providers', () => {
  let provider: HttpServer;
  let person: JsonObject;

  beforeAll(async () => {
    provider = createHttp((req, res) => {
      res.setHeader('content-type', 'application/json');
      const answer = req.url === '/token' ? { access_token: 'at', token_type: 'bearer' } : person;
      res.end(JSON.stringify(answer));
    });
    await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => {
    provider.close();
    provider.closeAllConnections();
  });

  beforeEach(async () => {
    person = { sub: 'p1', name: 'Pat', email: 'pat@example.com', email_verified: true };
    const url = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`;
    const urls = { authURL: `${url}/auth`, tokenURL: `${url}/token`, userInfoURL: `${url}/me` };
    const oidc = { name: 'oidc', clientId: 'c', clientSecret: 's', ...urls };
    await configure({
      createRule: '',
      oauth2: { enabled: true, providers: [oidc], mappedFields: { name: 'name' } },
    });
  });

  const signInThere = (options: { as?: 'user'; createData?: JsonObject } = {}): Promise<Answer> =>
    api(
      `${users}/auth-with-oauth2`,
      { provider: 'oidc', code: 'c', codeVerifier: 'v', createData: options.createData ?? {} },
      options.as ? { as: options.as } : {},
    );

  test('are offered without their secrets', async () => {
    const { body } = await api(`${users}/auth-methods`);
    expect(body.oauth2).toMatchObject({ enabled: true, providers: [{ name: 'oidc' }] });
    expect(JSON.stringify(body)).not.toContain('clientSecret');
    expect(body.authProviders).toMatchObject([{ name: 'oidc', logo: '' }]);
  });

  test('make an account the first time and find it the second', async () => {
    const first = await signInThere({ createData: { emailVisibility: true } });
    expect(first.body).toMatchObject({
      meta: { isNew: true, id: 'p1', email: 'pat@example.com' },
      record: { name: 'Pat', email: 'pat@example.com', verified: true, emailVisibility: true },
    });
    person = { ...person, email: 'moved@example.com' };
    const second = await signInThere();
    expect(second.body.meta).toMatchObject({ isNew: false });
    expect((second.body.record as JsonObject).id).toBe((first.body.record as JsonObject).id);
  });

  test('make no account where the collection lets nobody in', async () => {
    await configure({ createRule: null });
    const { status } = await signInThere();
    expect(status).toBe(403);
    expect(await server.server.records.find('_externalAuths')).toHaveLength(0);
  });

  test('find an account by an address they vouch for, and only then', async () => {
    person = { sub: 'p2', email: 'user@example.com', email_verified: false };
    expect((await signInThere()).status).toBe(400);
    person = { sub: 'p2', email: 'user@example.com', email_verified: true };
    const { body } = await signInThere();
    expect(body.record).toMatchObject({ id: server.ids.user });
  });

  test('take an account over from who made it for its owner', async () => {
    const { records } = server.server;
    const id = server.ids.user;
    await records.save('users', { id, verified: false });
    person = { sub: 'p3', email: 'user@example.com', email_verified: true };
    expect((await signInThere()).status).toBe(200);
    expect((await records.get('users', id))?.verified).toBe(true);
    expect((await signIn('user@example.com', PASSWORD)).status).toBe(400);
  });

  test('leave out an address they do not vouch for', async () => {
    const { fields } = server.server.records.collections.get('users');
    const optional = fields.map((field) =>
      field.name === 'email' ? { ...field, required: false } : field,
    );
    await configure({ fields: optional as unknown as JsonObject[] });
    person = { sub: 'p4', name: 'Pat', email: 'pat@example.com', email_verified: false };
    const { body } = await signInThere();
    expect(body).toMatchObject({ meta: { isNew: true, email: '' }, record: { email: '' } });
  });

  test('are linked to whoever is signed in, and can be unlinked', async () => {
    const { body } = await signInThere({ as: 'user' });
    expect(body.record).toMatchObject({ id: server.ids.user, email: 'user@example.com' });
    const [link] = await server.server.records.find('_externalAuths');
    expect(link).toMatchObject({ recordRef: server.ids.user, provider: 'oidc', providerId: 'p1' });
    person = { sub: 'p5', name: 'Pat', email: 'pat@example.com', email_verified: true };
    const second = await signInThere({ as: 'user' });
    expect([second.status, second.body.message]).toEqual([400, 'Failed to authenticate.']);
    expect(second.body.data).toHaveProperty('provider');
    const path = `/api/collections/_externalAuths/records/${link!.id}`;
    expect((await api(path, undefined, { as: 'user', method: 'DELETE' })).status).toBe(204);
    expect((await signInThere()).body.meta).toMatchObject({ isNew: true });
  });

  test('send the browser back, which tells the page that waits', async () => {
    const source = new EventSource(`${server.url}/api/realtime`);
    try {
      const clientId = await new Promise<string>((resolve) => {
        source.addEventListener('PB_CONNECT', ({ lastEventId }) => resolve(lastEventId));
      });
      await api('/api/realtime', { clientId, subscriptions: ['@oauth2'] });
      const told = new Promise<string>((resolve) => {
        source.addEventListener('@oauth2', ({ data }) => resolve(String(data)));
      });
      const path = `/api/oauth2-redirect?state=${clientId}&code=abc`;
      const back = await send(server, { path });
      expect(back.status).toBe(307);
      expect(back.headers.get('location')).toBe('../_/#/auth/oauth2-redirect-success');
      expect(JSON.parse(await told)).toEqual({ state: clientId, code: 'abc' });
      const again = await send(server, { path });
      expect(again.headers.get('location')).toBe('../_/#/auth/oauth2-redirect-failure');
    } finally {
      source.close();
    }
  });

  test('a browser elsewhere ends the wait', async () => {
    const trustedProxy = { headers: ['X-Real-IP'] };
    await api('/api/settings', { trustedProxy }, { as: 'superuser', method: 'PATCH' });
    const source = new EventSource(`${server.url}/api/realtime`);
    try {
      const clientId = await new Promise<string>((resolve) => {
        source.addEventListener('PB_CONNECT', ({ lastEventId }) => resolve(lastEventId));
      });
      await api('/api/realtime', { clientId, subscriptions: ['@oauth2'] });
      const path = `/api/oauth2-redirect?state=${clientId}&code=abc`;
      for (const headers of [{ 'x-real-ip': '192.0.2.7' }, {}]) {
        const back = await send(server, { path, headers });
        expect(back.headers.get('location')).toBe('../_/#/auth/oauth2-redirect-failure');
      }
    } finally {
      source.close();
    }
  });

  test('post back too, and a stranger is told nothing', async () => {
    const body = new URLSearchParams({ state: 'x'.repeat(40), code: 'abc' });
    const back = await send(server, { method: 'POST', path: '/api/oauth2-redirect', body });
    expect(back.status).toBe(303);
    expect(back.headers.get('location')).toBe('../_/#/auth/oauth2-redirect-failure');
    const head = await send(server, { method: 'HEAD', path: '/api/oauth2-redirect' });
    expect(head.status).toBe(303);
  });
});
