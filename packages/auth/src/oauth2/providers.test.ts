import { createHash } from 'node:crypto';
import type { Json, OAuth2Config, OAuth2User } from '@davit/domain';
import { SignJWT } from 'jose';
import { expect, test } from 'vitest';
import { aConfig, startLoopback } from './loopback.fixture.ts';
import type { Loopback } from './loopback.fixture.ts';
import { createOAuth2Providers } from './providers.ts';
import { PROVIDERS } from './registry.ts';

const providers = createOAuth2Providers();
const TOKEN = { access_token: 'at', refresh_token: 'rt', token_type: 'bearer', expires_in: 3600 };
const GRANT = {
  code: 'the-code',
  codeVerifier: 'v'.repeat(43),
  redirectURL: 'https://app.example/r',
};

/** A sign-in at a server that answers `user` below /me. */
async function signIn(
  name: string,
  answers: Record<string, Json | undefined>,
  overrides: Partial<OAuth2Config> = {},
): Promise<{ user: OAuth2User; seen: Loopback['seen'] }> {
  await using server = await startLoopback({ '/token': TOKEN, ...answers });
  const config = aConfig({
    name,
    authURL: `${server.url}/auth`,
    tokenURL: `${server.url}/token`,
    userInfoURL: `${server.url}/me`,
    ...overrides,
    ...(overrides.userInfoURL !== undefined && { userInfoURL: server.url + overrides.userInfoURL }),
  });
  return { user: await providers.exchange(config, GRANT), seen: server.seen };
}

test('knows the providers PocketBase knows, in its order', () => {
  const names = providers.list().map(({ name }) => name);
  expect(names.slice(0, 4)).toEqual(['apple', 'google', 'microsoft', 'yandex']);
  expect(names.slice(-3)).toEqual(['oidc', 'oidc2', 'oidc3']);
  expect(names).toHaveLength(32);
  expect(PROVIDERS.map(({ order }) => order)).toEqual(
    PROVIDERS.map(({ order }) => order).sort((a, b) => a - b),
  );
  for (const { logo } of providers.list()) expect(logo).toMatch(/^<svg/);
});

test('starts with a state and a challenge, the redirect left to the client', async () => {
  const started = await providers.start(aConfig({ name: 'google' }));
  expect(started).toMatchObject({ displayName: 'Google', codeChallengeMethod: 'S256' });
  expect(started.state).toHaveLength(30);
  expect(started.codeVerifier).toHaveLength(43);
  expect(started.authURL).toMatch(/^https:\/\/accounts\.google\.com\/.*&redirect_uri=$/);
  const query = new URL(started.authURL).searchParams;
  const challenge = createHash('sha256').update(started.codeVerifier).digest('base64url');
  expect(query.get('code_challenge')).toBe(challenge);
  expect(started.codeChallenge).toBe(challenge);
  expect(query.get('state')).toBe(started.state);
  expect(query.get('client_id')).toBe('client');
  expect(query.get('response_type')).toBe('code');
});

test('leaves the challenge out for providers that refuse it, or where it is switched off', async () => {
  const linear = await providers.start(aConfig({ name: 'linear' }));
  expect(linear).toMatchObject({ codeVerifier: '', codeChallenge: '', codeChallengeMethod: '' });
  expect(linear.authURL).not.toContain('code_challenge');
  expect(linear.state).toHaveLength(30);
  const google = await providers.start(aConfig({ name: 'google', pkce: false }));
  expect(google.authURL).not.toContain('code_challenge');
});

test.each(PROVIDERS.map(({ name }) => name))('%s can be started', async (name) => {
  const own = name.startsWith('oidc') || name === 'mailcow';
  const urls = own ? { authURL: 'https://x.example/a', tokenURL: 'https://x.example/t' } : {};
  const { authURL } = await providers.start(aConfig({ name, ...urls }));
  expect(authURL).toMatch(/^https:\/\//);
});

test('offers one that has no address yet, which gets nobody in', async () => {
  const config = aConfig({ name: 'oidc', displayName: 'Ours' });
  const { authURL, displayName } = await providers.start(config);
  expect(displayName).toBe('Ours');
  expect(authURL).toMatch(/^\?client_id=client&code_challenge=.*&redirect_uri=$/);
  await expect(providers.exchange(config, GRANT)).rejects.toMatchObject({ code: 'invalid' });
});

test('refuses a provider that there is not', async () => {
  await expect(providers.start(aConfig({ name: 'none' }))).rejects.toMatchObject({
    code: 'invalid',
  });
});

test('signs in at Google, with the token in a header', async () => {
  const google = {
    sub: 'g1',
    name: 'Ann',
    email: 'ann@x.example',
    email_verified: true,
    picture: 'p',
  };
  const { user, seen } = await signIn(
    'google',
    { '/userinfo': google },
    { userInfoURL: '/userinfo' },
  );
  expect(user).toMatchObject({
    id: 'g1',
    name: 'Ann',
    email: 'ann@x.example',
    emailVerified: true,
    avatarURL: 'p',
    accessToken: 'at',
    refreshToken: 'rt',
    rawUser: google,
  });
  expect(user.expires).toBeGreaterThan(Date.now());
  const [token, info] = seen;
  expect(Object.fromEntries(token!.body)).toMatchObject({
    grant_type: 'authorization_code',
    code: 'the-code',
    code_verifier: GRANT.codeVerifier,
    redirect_uri: GRANT.redirectURL,
    client_secret: 'secret',
  });
  expect(info).toMatchObject({ authorization: 'Bearer at' });
});

test('takes the address GitHub calls primary and verified, and no other', async () => {
  const me = { id: 7, login: 'ann', name: 'Ann', avatar_url: 'a' };
  const emails = (verified: boolean): Json => [
    { email: 'other@x.example', primary: false, verified: true },
    { email: 'ann@x.example', primary: true, verified },
  ];
  const good = await signIn('github', { '/me': me, '/me/emails': emails(true) });
  expect(good.user).toMatchObject({
    id: '7',
    username: 'ann',
    email: 'ann@x.example',
    emailVerified: true,
  });
  const bad = await signIn('github', { '/me': me, '/me/emails': emails(false) });
  expect(bad.user).toMatchObject({ email: '', emailVerified: false });
});

test('does not trust the address in a Microsoft directory', async () => {
  const me = { id: 'm1', displayName: 'Ann', mail: 'ceo@victim.example' };
  const { user } = await signIn('microsoft', { '/v1.0/me/': me }, { userInfoURL: '/v1.0/me' });
  expect(user).toMatchObject({ id: 'm1', email: 'ceo@victim.example', emailVerified: false });
});

test('trusts the address Microsoft vouches for in the id_token', async () => {
  const key = new Uint8Array(32);
  const claims = { email: 'ann@x.example', xms_edov: true };
  const id_token = await new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(key);
  const { user } = await signIn(
    'microsoft',
    { '/token': { ...TOKEN, id_token }, '/v1.0/me/': { id: 'm1', mail: 'other@x.example' } },
    { userInfoURL: '/v1.0/me', extra: { idTokenEmailClaim: 'any_verified' } },
  );
  expect(user).toMatchObject({ email: 'ann@x.example', emailVerified: true });
});

test('reads the others as they document themselves', async () => {
  const discord = {
    id: '1',
    username: 'ann',
    global_name: 'Ann',
    email: 'a@x.example',
    verified: true,
  };
  expect((await signIn('discord', { '/me': discord })).user).toMatchObject({
    id: '1',
    name: 'Ann',
    emailVerified: true,
  });
  const gitlab = { id: 2, username: 'ann', email: 'a@x.example', confirmed_at: null };
  expect((await signIn('gitlab', { '/me': gitlab })).user).toMatchObject({
    id: '2',
    email: '',
    emailVerified: false,
  });
  const monday = {
    data: { me: { id: '3', enabled: true, email: 'a@x.example', is_verified: true } },
  };
  const { user, seen } = await signIn('monday', { '/me': monday });
  expect(user).toMatchObject({ id: '3', emailVerified: true });
  expect(seen[1]).toMatchObject({ method: 'POST' });
});

test.each([
  ['google', { sub: '1', email: 'a@x.example', email_verified: false }],
  ['discord', { id: '1', email: 'a@x.example', verified: false }],
  ['kakao', { id: 1, kakao_account: { email: 'a@x.example', is_email_verified: true } }],
  ['livechat', { account_id: '1', email: 'a@x.example' }],
  ['patreon', { data: { id: '1', attributes: { email: 'a@x.example' } } }],
  ['wakatime', { data: { id: '1', email: 'a@x.example', is_email_confirmed: false } }],
  ['oidc', { sub: '1', email: 'a@x.example', email_verified: 'false' }],
])('%s: an address that it calls unproven is none', async (name, me) => {
  const config = name === 'oidc' ? { authURL: 'https://x.example/a' } : {};
  const { user } = await signIn(name, { '/me': me }, { userInfoURL: '/me', ...config });
  expect(user).toMatchObject({ id: '1', email: '', emailVerified: false });
});

test('sends the credentials in a header where the provider wants them there', async () => {
  const twitter = { data: { id: '4', confirmed_email: 'a@x.example' } };
  const { seen } = await signIn('twitter', { '/me': twitter });
  expect(seen[0]?.authorization).toBe(`Basic ${btoa('client:secret')}`);
});

test('says which half failed, and nothing of why', async () => {
  await expect(signIn('gitlab', { '/token': { error: 'invalid_grant' } })).rejects.toMatchObject({
    code: 'invalid',
    message: 'Failed to fetch OAuth2 token.',
  });
  await expect(signIn('gitlab', {})).rejects.toMatchObject({
    code: 'invalid',
    message: 'Failed to fetch OAuth2 user.',
  });
});

test('does not wait for ever', async () => {
  await using server = await startLoopback({ '/token': undefined });
  const config = aConfig({ name: 'gitlab', tokenURL: `${server.url}/token` });
  const hasty = createOAuth2Providers({ timeoutMs: 50 });
  await expect(hasty.exchange(config, GRANT)).rejects.toMatchObject({
    message: 'Failed to fetch OAuth2 token.',
  });
});
