import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runScenarios, send } from './scenario.ts';
import { PASSWORD, startServer } from './server.ts';
import type { TestServer } from './server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const users = '/api/collections/users';
const UNREADABLE = 'An error occurred while loading the submitted data.';
const signIn = { method: 'POST', path: `${users}/auth-with-password` };
const post = (path: string, body: unknown): { method: string; path: string; body: unknown } => ({
  ...{ method: 'POST', path, body },
});

runScenarios(
  () => server,
  [
    {
      ...{ ...signIn, name: 'members are found in any case', status: 200 },
      body: { Identity: 'user@example.com', PASSWORD },
    },
    {
      ...{ ...signIn, name: 'text is text in a form', status: 400 },
      ...{
        body: new URLSearchParams({ identity: '5', password: '5' }),
        contains: ['authenticate'],
      },
    },
    ...[5, true, ['a'], {}].map((identity) => ({
      ...{ ...signIn, name: `${JSON.stringify(identity)} is no identity`, status: 400 },
      ...{ body: { identity, password: PASSWORD }, contains: [UNREADABLE], lacks: ['validation_'] },
    })),
    {
      ...post(`${users}/auth-with-password?identity=user@example.com`, ''),
      ...{ name: 'a form takes parameters of its address in', status: 200 },
      body: new URLSearchParams({ password: PASSWORD }),
    },
    {
      ...{ ...signIn, name: 'the first of several values of a form counts', status: 200 },
      body: new URLSearchParams([
        ['identity', 'user@example.com'],
        ['identity', 'other'],
        ['password', PASSWORD],
      ]),
    },
    {
      ...{ method: 'PATCH', path: '/api/settings', as: 'superuser', status: 200 },
      ...{ name: 'settings of a form are named with dots', contains: ['"appName":"By form"'] },
      body: new URLSearchParams({ 'meta.appName': 'By form', 'batch.maxRequests': '7' }),
    },
    {
      ...{ ...signIn, name: 'a body of another kind', status: 400 },
      ...{ body: 'identity', headers: { 'content-type': 'text/plain' } },
      contains: ['Unsupported Content-Type.'],
    },
    {
      ...post('/api/collections/missing/auth-with-password', {}),
      ...{ name: 'a collection that is not there', status: 404 },
      contains: ['Missing or invalid collection context.'],
    },
    {
      ...{ path: '/api/collections/missing/records', name: 'and its records', status: 404 },
      contains: ['Missing collection context.'],
    },
    {
      ...post('/api/collections/missing/records', {}),
      ...{ name: 'and what is written to it', status: 404 },
      contains: ['Missing or invalid collection context.'],
    },
    {
      ...post('/api/collections/missing/auth-refresh', {}),
      ...{ name: 'is missed before the token', status: 404 },
    },
    {
      ...post('/api/collections/_mfas/auth-refresh', {}),
      ...{ name: 'a refresh elsewhere names the own collection', as: 'user', status: 403 },
      contains: ['The request requires auth record from users collection.'],
    },
    {
      ...{ path: `${users}/auth-methods?fields=mfa,authProviders`, name: 'methods', status: 200 },
      contains: ['{"mfa":{"enabled":false,"duration":0},"authProviders":[]}'],
    },
    ...[null, 0].map((duration) => ({
      ...post(`${users}/impersonate/{user}`, { duration }),
      ...{ name: `impersonate for ${duration}`, as: 'superuser' as const, status: 200 },
    })),
    ...[1.5, '5', 1e30].map((duration) => ({
      ...post(`${users}/impersonate/{user}`, { duration }),
      ...{ name: `impersonate for ${duration}`, as: 'superuser' as const, status: 400 },
      contains: [UNREADABLE],
    })),
    {
      ...post(`${users}/impersonate/{other}`, {}),
      ...{ name: 'users impersonate nobody', as: 'user', status: 403 },
      contains: ['The authorized record is not allowed to perform this action.'],
    },
    ...['_externalAuths', '_authOrigins', '_mfas', '_otps'].flatMap((table) => [
      {
        ...post(`/api/collections/${table}/records`, {
          ...{ collectionRef: 'users', recordRef: 'x', provider: 'github', providerId: 'a' },
          ...{ fingerprint: 'abc', method: 'otp', password: '12345678' },
        }),
        ...{ name: `${table} name a collection by its id`, as: 'superuser' as const, status: 400 },
        contains: ['validation_invalid_collection_id'],
      },
      {
        ...post(`/api/collections/${table}/records`, {
          ...{ collectionRef: '_pb_users_auth_', recordRef: 'x', provider: 'github' },
          ...{ providerId: 'a', fingerprint: 'abc', method: 'otp', password: '12345678' },
        }),
        ...{ name: `${table} name a record that is there`, as: 'superuser' as const, status: 400 },
        contains: ['validation_invalid_record'],
      },
    ]),
    {
      ...post('/api/backups', { name: 5 }),
      ...{ name: 'a backup has a name', as: 'superuser', status: 400, contains: [UNREADABLE] },
    },
    {
      ...post('/api/settings/test/email', { email: 5, template: 'otp' }),
      ...{ name: 'a test mail', as: 'superuser', status: 400, contains: [UNREADABLE] },
    },
  ],
);

runScenarios(
  () => server,
  [
    ['/api/logs/stats?filter=(', 'Invalid filter format.'],
    ['/api/logs?filter=(', 'Something went wrong'],
    ...['@request.auth.id!=""', '@collection.users.id!=""', 'message:lower="a"', 'seq=1'].flatMap(
      (filter) => [
        [`/api/logs?filter=${filter}`, 'Something went wrong'],
        [`/api/logs/stats?filter=${filter}`, 'Invalid filter format.'],
      ],
    ),
  ].map(([path = '', message = '']) => ({
    ...{ name: path, path, as: 'superuser' as const, status: 400, contains: [message] },
  })),
);

runScenarios(
  () => server,
  [
    'data.auth="users"',
    'created<@now',
    'data.missing=null',
    'message~"request."&&(level>0||id!="")',
  ]
    .flatMap((filter) => [`/api/logs?filter=${filter}`, `/api/logs/stats?filter=${filter}`])
    .map((path) => ({
      ...{ name: path, path: path.replaceAll('&&', '%26%26') },
      ...{ as: 'superuser' as const, status: 200 },
    })),
);

test('the counters of rate limits are cleaned up while there are limits', async () => {
  const crons = async (): Promise<string> =>
    (await send(server, { path: '/api/crons', as: 'superuser' })).text;
  const limit = (enabled: boolean): Promise<unknown> =>
    send(server, {
      ...{ method: 'PATCH', path: '/api/settings', as: 'superuser' as const },
      body: { rateLimits: { enabled } },
    });
  expect(await crons()).not.toContain('__pbRateLimitersCleanup__');
  await limit(true);
  expect(await crons()).toContain('{"id":"__pbRateLimitersCleanup__","expression":"2 * * * *"}');
  await limit(false);
  expect(await crons()).not.toContain('__pbRateLimitersCleanup__');
});

describe('providers of a collection', () => {
  type Provider = Record<string, string>;
  const google = { name: 'google', clientId: 'c', clientSecret: 's' };
  const github = { name: 'github', clientId: 'd', clientSecret: 't', displayName: 'Ours' };
  const configure = (providers: Provider[]): ReturnType<typeof send> => {
    const body = { oauth2: { enabled: true, providers } };
    const path = '/api/collections/clients';
    return send(server, { method: 'PATCH', path, as: 'superuser', body });
  };
  beforeAll(async () => {
    await server.server.records.collections.create({ name: 'clients', type: 'auth' });
    await configure([google, github]);
  });

  const blank = 'validation_required';
  const twin = 'validation_duplicated_provider';
  const rows: [string, Provider[], object][] = [
    ['the second of a name', [google, { name: 'google' }], { 1: { name: twin } }],
    ['that before all else', [{ name: 'oidc' }, google, google], { 2: { name: twin } }],
    ['names', [{ ...google, name: 'x' }], { 0: { name: 'validation_missing_provider' } }],
    ['no name', [{ ...google, name: '' }], { 0: { name: blank } }],
    ['no credentials', [{ name: 'oidc' }], { 0: { clientId: blank, clientSecret: blank } }],
  ];
  test.each(rows)('are complained about: %s', async (_what, providers, complaints) => {
    const { data } = JSON.parse((await configure(providers)).text) as {
      data: { oauth2: { providers: Record<string, Record<string, { code: string }>> } };
    };
    const codes = Object.entries(data.oauth2.providers).map(([index, errors]) => {
      const named = Object.entries(errors).map(([name, { code }]) => [name, code] as const);
      return [index, Object.fromEntries(named)] as const;
    });
    expect(Object.fromEntries(codes)).toEqual(complaints);
  });

  test('keep what was said of one of the same name, and nothing of another', async () => {
    expect((await configure([{ name: 'github', clientId: 'e' }, { name: 'google' }])).status).toBe(
      200,
    );
    const { oauth2 } = server.server.records.collections.get('clients').options;
    expect(oauth2).toMatchObject({ providers: [{ ...github, clientId: 'e' }, google] });
    expect((await configure([{ name: 'twitter', clientId: 'e' }])).status).toBe(400);
  });
});
