import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';
import type { Locator, Page } from 'playwright-core';

export interface IdentityProvider extends AsyncDisposable {
  readonly issuer: string;
  /** its entry among the providers of a collection */
  readonly config: Record<string, unknown>;
}

/** A real OpenID provider on loopback. Whoever signs in there is `<name>@example.com`. */
export async function identityProvider(redirectURL: string): Promise<IdentityProvider> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = { client_id: 'davit', client_secret: 'secret', redirect_uris: [redirectURL] };
  const provider = new Provider(issuer, {
    clients: [client],
    cookies: { keys: ['k'] },
    conformIdTokenClaims: false,
    ttl: { Interaction: 600, Session: 600, Grant: 600, AccessToken: 600, IdToken: 600 },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    findAccount: (_context, accountId) => ({
      accountId,
      claims: () => ({
        sub: accountId,
        name: accountId,
        email: `${accountId}@example.com`,
        email_verified: true,
      }),
    }),
  });
  const callback = provider.callback();
  server.on('request', (req, res) => void callback(req, res));
  return {
    issuer,
    config: {
      name: 'oidc',
      displayName: 'Loopback',
      clientId: client.client_id,
      clientSecret: client.client_secret,
      authURL: `${issuer}/auth`,
      tokenURL: `${issuer}/token`,
      userInfoURL: `${issuer}/me`,
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** What somebody does in the provider's window: signs in and agrees. */
export async function agree(popup: Page, name: string): Promise<void> {
  await popup.locator('[name=login]').fill(name);
  await popup.locator('[name=password]').fill('anything');
  await popup.getByRole('button', { name: 'Sign-in' }).click();
  await leave(popup, popup.getByRole('button', { name: 'Continue' }));
}

/** Leaves the provider's window without an answer of theirs. */
export const decline = (popup: Page): Promise<void> =>
  leave(popup, popup.getByRole('link', { name: 'Cancel' }));

/** The window may be closed before the click has an end. */
async function leave(popup: Page, by: Locator): Promise<void> {
  try {
    await by.click();
  } catch (error) {
    if (!popup.isClosed()) throw error;
  }
}
