import { createHmac } from 'node:crypto';
import type { Collection, JsonObject, TokenType } from '@davit/domain';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { send } from './scenario.ts';
import { PASSWORD, startServer } from './server.ts';
import type { TestServer } from './server.ts';
import { openSmtpSink } from './smtp-sink.ts';
import type { SmtpSink } from './smtp-sink.ts';

let server: TestServer;
let sink: SmtpSink;
let file: string;

const users = '/api/collections/users';
const NEW_EMAIL = 'moved@example.com';

beforeAll(async () => {
  server = await startServer();
  sink = await openSmtpSink();
  await patch('/api/settings', { smtp: sink.settings });
  await server.server.records.collections.create({
    name: 'vault',
    viewRule: '@request.auth.id != ""',
    fields: [{ name: 'doc', type: 'file', protected: true, maxSelect: 1 }],
  });
  const form = new FormData();
  form.set('doc', new Blob(['hidden']), 'doc.txt');
  const path = '/api/collections/vault/records';
  const { text } = await send(server, { method: 'POST', path, as: 'superuser', body: form });
  const { id, doc } = JSON.parse(text) as { id: string; doc: string };
  file = `/api/files/vault/${id}/${doc}`;
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

const json = (text: string): JsonObject => JSON.parse(text) as JsonObject;

/** A token of that type for the first user, as the server itself makes them. */
async function tokenOf(type: TokenType): Promise<string> {
  const { records } = server.server;
  const collection = records.collections.get('users');
  const record = (await records.get('users', server.ids.user))!;
  const newEmail = type === 'emailChange' ? { newEmail: NEW_EMAIL } : {};
  return records.auth.issueToken(collection, record, { type, ...newEmail });
}

const USES: Record<string, (token: string) => Promise<number>> = {
  'in Authorization': async (authorization) =>
    (await send(server, { path: `${users}/records/{user}`, headers: { authorization } })).status,
  'to refresh': async (authorization) => {
    const path = `${users}/auth-refresh`;
    return (await send(server, { method: 'POST', path, headers: { authorization }, body: {} }))
      .status;
  },
  'for a file': async (token) => (await send(server, { path: `${file}?token=${token}` })).status,
  'for a backup': async (token) =>
    (await send(server, { path: `/api/backups/none.zip?token=${token}` })).status,
  'to verify': async (token) => (await post(`${users}/confirm-verification`, { token })).status,
  'to set a password': async (token) => {
    const body = { token, password: PASSWORD, passwordConfirm: PASSWORD };
    return (await post(`${users}/confirm-password-reset`, body)).status;
  },
  'to move to another address': async (token) =>
    (await post(`${users}/confirm-email-change`, { token, password: PASSWORD })).status,
};
/** What each is for; the refusal everywhere else. */
const GOOD: Partial<Record<TokenType, Record<string, number>>> = {
  auth: { 'in Authorization': 200, 'to refresh': 200 },
  file: { 'for a file': 200 },
  verification: { 'to verify': 204 },
  passwordReset: { 'to set a password': 204 },
  emailChange: { 'to move to another address': 204 },
};
const REFUSED: Record<string, number> = {
  'in Authorization': 404,
  'to refresh': 401,
  'for a file': 404,
  'for a backup': 403,
  'to verify': 400,
  'to set a password': 400,
  'to move to another address': 400,
};

describe('a token of one type', () => {
  const types: TokenType[] = ['auth', 'file', 'verification', 'passwordReset', 'emailChange'];
  const rows = types.flatMap((type) => Object.keys(USES).map((use) => [type, use] as const));
  test.each(rows)('%s, used %s', async (type, use) => {
    const status = await USES[use]!(await tokenOf(type));
    expect(status).toBe(GOOD[type]?.[use] ?? REFUSED[use]);
    await server.server.records.save('users', {
      id: server.ids.user,
      email: 'user@example.com',
      password: PASSWORD,
    });
  });
});

describe('a forged token', () => {
  let claims: JsonObject;
  let key: string;
  let superusers: Collection;
  beforeEach(async () => {
    const { records } = server.server;
    const collection = records.collections.get('users');
    superusers = records.collections.get('_superusers');
    const { secret } = collection.options.authToken as { secret: string };
    const record = (await records.get('users', server.ids.user))!;
    key = `${record.tokenKey as string}${secret}`;
    const exp = Math.floor(Date.now() / 1000) + 600;
    claims = { id: record.id, type: 'auth', collectionId: collection.id, exp, refreshable: true };
  });

  const encode = (value: unknown): string =>
    Buffer.from(JSON.stringify(value)).toString('base64url');
  interface Forgery {
    header?: JsonObject;
    change?: JsonObject;
    key?: string;
    hash?: string;
    signature?: string;
  }
  const forge = (of: Forgery): string => {
    const body = `${encode(of.header ?? { alg: 'HS256', typ: 'JWT' })}.${encode({ ...claims, ...of.change })}`;
    const signature = createHmac(of.hash ?? 'sha256', of.key ?? key)
      .update(body)
      .digest('base64url');
    return `${body}.${of.signature ?? signature}`;
  };
  const accepted = async (token: string): Promise<boolean> =>
    (await USES['in Authorization']!(token)) === 200;

  const past = (): number => Math.floor(Date.now() / 1000) - 5;
  const rows: [string, () => Forgery][] = [
    ['without a signature, alg none', () => ({ header: { alg: 'none' }, signature: '' })],
    ['signed, alg none', () => ({ header: { alg: 'none' } })],
    ['alg NONE', () => ({ header: { alg: 'NONE' }, signature: '' })],
    ['without an algorithm', () => ({ header: { typ: 'JWT' } })],
    ['with another algorithm', () => ({ header: { alg: 'HS512' }, hash: 'sha512' })],
    ['with RS256 claimed', () => ({ header: { alg: 'RS256' } })],
    ['without a signature', () => ({ signature: '' })],
    ['with another key', () => ({ key: 'guess' })],
    ['with an empty key', () => ({ key: '' })],
    ['expired', () => ({ change: { exp: past() } })],
    ['with no end', () => ({ change: { exp: null } })],
    ['with an end that is text', () => ({ change: { exp: '9999999999' } })],
    ['of the future', () => ({ change: { nbf: past() + 3600 } })],
    ['of another type', () => ({ change: { type: 'file' } })],
    ['of no type', () => ({ change: { type: '' } })],
    ['for the same id elsewhere', () => ({ change: { collectionId: superusers.id } })],
    ['for another account', () => ({ change: { id: server.ids.other } })],
    [
      'for a superuser',
      () => ({ change: { id: server.ids.superuser, collectionId: superusers.id } }),
    ],
    ['for a collection without accounts', () => ({ change: { collectionId: 'vault' } })],
    ['for nobody', () => ({ change: { id: '' } })],
    ['for a list of ids', () => ({ change: { id: [server.ids.user] } })],
  ];
  test('is one like these, unless it is right', async () => {
    expect(await accepted(forge({}))).toBe(true);
  });
  test.each(rows)('%s is nothing', async (_name, forgery) => {
    expect(await accepted(forge(forgery()))).toBe(false);
  });
  test.each([
    [true, true],
    ['true', true],
    [1, true],
    [false, false],
    ['yes', false],
    [0, false],
    [null, false],
  ])('is exchanged for a new one when `refreshable` is %j: %j', async (refreshable, isNew) => {
    const exp = Math.floor(Date.now() / 1000) + 60; // unlike that of any other
    const authorization = forge({ change: { refreshable, exp } });
    const path = `${users}/auth-refresh`;
    const refresh = { method: 'POST', path, headers: { authorization }, body: {} };
    const { token } = json((await send(server, refresh)).text);
    expect(token !== authorization).toBe(isNew);
    expect(await accepted(token as string)).toBe(true);
  });
  test.each([
    ['nothing but dots', '..'],
    ['two parts', 'a.b'],
    ['four parts', 'a.b.c.d'],
    ['no base64', '$.$.$'],
    ['an API key that is none', `davit_${'x'.repeat(58)}`],
    ['longer than any token', 'a'.repeat(8000)],
  ])('%s is nothing', async (_name, token) => {
    expect(await accepted(token)).toBe(false);
  });
});

describe('what was used already', () => {
  const factors = (mfa: boolean, otp: boolean): Promise<void> =>
    patch(users, {
      mfa: { enabled: mfa, duration: 600 },
      otp: { enabled: otp, duration: 600, length: 8 },
      passwordAuth: { enabled: true, identityFields: ['email'] },
    });
  let identity: string;
  let count = 0;
  beforeEach(async () => {
    identity = `replay${++count}@example.com`; // tries are counted for each account
    await server.server.records.save('users', { email: identity, password: PASSWORD });
  });
  const withPassword = (more: JsonObject = {}): ReturnType<typeof send> =>
    post(`${users}/auth-with-password`, { identity, password: PASSWORD, ...more });
  const otpFor = async (email: string): Promise<{ otpId: string; password: string }> => {
    const count = sink.mails.length;
    const { text } = await post(`${users}/request-otp`, { email });
    await vi.waitFor(() => expect(sink.mails.length).toBe(count + 1), 5000);
    const password = /<strong>(\d{8})<\/strong>/.exec(sink.mails.at(-1)!)?.[1] ?? '';
    expect(password).not.toBe('');
    return { otpId: json(text).otpId as string, password };
  };
  const withOtp = (form: object): ReturnType<typeof send> => post(`${users}/auth-with-otp`, form);

  test('a one-time password', async () => {
    await factors(false, true);
    const form = await otpFor(identity);
    expect((await withOtp(form)).status).toBe(200);
    expect((await withOtp(form)).status).toBe(400);
  });

  test('a one-time password, twice at the same time', async () => {
    await factors(false, true);
    const form = await otpFor(identity);
    const answers = await Promise.all(Array.from({ length: 4 }, () => withOtp(form)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  test('a one-time password of another collection', async () => {
    await factors(false, true);
    const form = await otpFor('user@example.com');
    await patch('/api/collections/_superusers', { otp: { enabled: true } });
    const path = '/api/collections/_superusers/auth-with-otp';
    expect((await post(path, form)).status).toBe(400);
  });

  test('the tries of a one-time password', async () => {
    await factors(false, true);
    const form = await otpFor(identity);
    const statuses: number[] = [];
    for (let count = 0; count < 6; count++) {
      statuses.push((await withOtp({ ...form, password: '00000000' })).status);
    }
    expect(statuses).toEqual([400, 400, 400, 400, 400, 429]);
    expect((await withOtp(form)).status).toBe(429);
  });

  test('an MFA id', async () => {
    await factors(true, true);
    const { mfaId } = json((await withPassword()).text);
    expect(typeof mfaId).toBe('string');
    expect((await withPassword({ mfaId: mfaId! })).status).toBe(400); // the same method
    const foreign = await otpFor('user@example.com');
    expect((await withOtp({ ...foreign, mfaId })).status).toBe(400); // another account
    expect((await withOtp({ ...(await otpFor(identity)), mfaId })).status).toBe(200);
    const again = await withOtp({ ...(await otpFor(identity)), mfaId });
    expect([again.status, json(again.text).message]).toEqual([
      400,
      'Invalid or expired MFA session.',
    ]);
    await factors(false, false);
  });

  test('an MFA id, twice at the same time', async () => {
    await factors(true, true);
    const { mfaId } = json((await withPassword()).text);
    const forms = [await otpFor(identity), await otpFor(identity)];
    const answers = await Promise.all(forms.map((form) => withOtp({ ...form, mfaId })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400]);
    await factors(false, false);
  });

  test('a token to set a password', async () => {
    const token = await tokenOf('passwordReset');
    const other = await tokenOf('passwordReset');
    const body = { password: 'another-horse', passwordConfirm: 'another-horse' };
    expect((await post(`${users}/confirm-password-reset`, { token, ...body })).status).toBe(204);
    for (const used of [token, other]) {
      const { status } = await post(`${users}/confirm-password-reset`, { token: used, ...body });
      expect(status).toBe(400);
    }
  });
});
