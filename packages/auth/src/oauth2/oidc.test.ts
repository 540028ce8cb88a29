import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { OAuth2Config } from '@davit/domain';
import Provider from 'oidc-provider';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aConfig } from './loopback.fixture.ts';
import { createOAuth2Providers } from './providers.ts';

const REDIRECT = 'http://127.0.0.1:1/done';
const providers = createOAuth2Providers();
let server: Server;
let issuer: string;

beforeAll(async () => {
  server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider = new Provider(issuer, {
    clients: [{ client_id: 'client', client_secret: 'secret', redirect_uris: [REDIRECT] }],
    clientBasedCORS: () => false,
    conformIdTokenClaims: false,
    cookies: { keys: ['k'] },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    findAccount: (_context, accountId) => ({
      accountId,
      claims: () => ({
        sub: accountId,
        name: 'Ann',
        email: 'ann@x.example',
        email_verified: true,
      }),
    }),
  });
  const callback = provider.callback();
  server.on('request', (req, res) => void callback(req, res));
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});

/** What a browser does at the provider: signs in, agrees, and is sent back with a code. */
async function visit(authURL: string): Promise<URL> {
  const cookies = new Map<string, string>();
  const go = async (url: string, form?: Record<string, string>): Promise<Response> => {
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(form && { method: 'POST', body: new URLSearchParams(form) }),
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      cookies.set(name, value);
    }
    return response;
  };
  let url = authURL;
  for (let step = 0; step < 10; step++) {
    const isForm = url.includes('/interaction/');
    const page = isForm ? await (await go(url)).text() : '';
    const form = page.includes('name="login"')
      ? { prompt: 'login', login: 'ann', password: 'x' }
      : { prompt: 'consent' };
    const response = await go(url, isForm ? form : undefined);
    const next = new URL(response.headers.get('location') ?? '', url);
    if (next.href.startsWith(REDIRECT)) return next;
    url = next.href;
  }
  throw new Error('the provider does not send us back');
}

async function signIn(config: OAuth2Config): Promise<unknown> {
  const { authURL, state, codeVerifier } = await providers.start(config);
  const back = await visit(authURL + encodeURIComponent(REDIRECT));
  expect(back.searchParams.get('state')).toBe(state);
  const code = back.searchParams.get('code') ?? '';
  return providers.exchange(config, { code, codeVerifier, redirectURL: REDIRECT });
}

test('signs in at a provider it knows only the issuer of', async () => {
  const user = await signIn(aConfig({ extra: { issuers: [issuer] } }));
  expect(user).toMatchObject({
    id: 'ann',
    name: 'Ann',
    email: 'ann@x.example',
    emailVerified: true,
  });
});

test('reads the id_token where there is no user document', async () => {
  const config = aConfig({
    authURL: `${issuer}/auth`,
    tokenURL: `${issuer}/token`,
    extra: { issuers: [issuer], jwksURL: `${issuer}/jwks` },
  });
  expect(await signIn(config)).toMatchObject({ id: 'ann', email: 'ann@x.example' });
});

test.each([
  ['by another issuer', { issuers: ['https://other.example'] }],
  ['signed with other keys', { issuers: [], jwksURL: 'http://127.0.0.1:1/jwks' }],
])('refuses an id_token %s', async (_what, extra) => {
  const jwksURL = `${issuer}/jwks`;
  const config = aConfig({
    authURL: `${issuer}/auth`,
    tokenURL: `${issuer}/token`,
    extra: { jwksURL, ...extra },
  });
  await expect(signIn(config)).rejects.toMatchObject({ message: 'Failed to fetch OAuth2 user.' });
});

test('refuses a code without its verifier', async () => {
  const config = aConfig({ extra: { issuers: [issuer] } });
  const { authURL } = await providers.start(config);
  const back = await visit(authURL + encodeURIComponent(REDIRECT));
  const code = back.searchParams.get('code') ?? '';
  const grant = { code, codeVerifier: 'w'.repeat(43), redirectURL: REDIRECT };
  await expect(providers.exchange(config, grant)).rejects.toMatchObject({
    message: 'Failed to fetch OAuth2 token.',
  });
});
