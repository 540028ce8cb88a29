import { createHash } from 'node:crypto';
import { AppError } from '@davit/domain';
import type { JsonObject, OAuth2Config, OAuth2Providers, OAuth2User } from '@davit/domain';
import { fetchJson } from './fetch-json.ts';
import { signAppleSecret } from './apple-secret.ts';
import { LOGOS } from './logos.ts';
import type { Answer, Provider, Settings, UserRequest } from './provider.ts';
import { asObject } from './read-json.ts';
import { PROVIDERS } from './registry.ts';
import { begin, exchange } from './strategy.ts';
import type { Exchanged } from './strategy.ts';

const TIMEOUT_MS = 30_000;
/** stands in for an address that is not configured: strategies want one */
const NOWHERE = 'http://nowhere.invalid/';

export interface OAuth2Options {
  fetch?: typeof fetch;
  now?: () => number;
  timeoutMs?: number;
  /** seconds that the clock of a provider may be off; default five minutes */
  leewaySeconds?: number;
}

/** All providers, by passport's strategies. Errors: see `OAuth2Providers`. */
export function createOAuth2Providers(options: OAuth2Options = {}): OAuth2Providers {
  const { fetch: fetchWith = fetch, now = Date.now, timeoutMs = TIMEOUT_MS } = options;
  const { leewaySeconds } = options;
  const idToken = leewaySeconds === undefined ? {} : { leewaySeconds };
  return {
    signAppleSecret: (parts) => signAppleSecret(parts),
    list: () =>
      PROVIDERS.map(({ name, displayName }) => ({ name, displayName, logo: LOGOS[name] ?? '' })),
    async start(config) {
      const provider = find(config.name);
      const settings = await filled(provider, config);
      const { authURL, tokenURL } = settings;
      const { url, state, codeVerifier } = await begin(provider, {
        ...settings,
        authURL: authURL || NOWHERE,
        tokenURL: tokenURL || NOWHERE,
      });
      return {
        displayName: settings.displayName,
        logo: LOGOS[config.name] ?? '',
        state,
        authURL: `${sorted(url).replace(NOWHERE, '')}&redirect_uri=`,
        codeVerifier,
        codeChallenge: codeVerifier === '' ? '' : challengeOf(codeVerifier),
        codeChallengeMethod: codeVerifier === '' ? '' : 'S256',
      };
    },
    async exchange(config, grant, signal) {
      const provider = find(config.name);
      const timeout = AbortSignal.timeout(timeoutMs);
      const ended = signal ? AbortSignal.any([timeout, signal]) : timeout;
      const settings = await explained('token', () => complete(provider, config));
      const verifier = settings.pkce ? grant.codeVerifier : '';
      const tokens = await explained('token', () =>
        unlessAborted(exchange(provider, settings, { ...grant, codeVerifier: verifier }), ended),
      );
      const get = (url: string, request: UserRequest = {}): ReturnType<Answer['get']> =>
        fetchJson(url, {
          ...request,
          headers: { authorization: `Bearer ${tokens.accessToken}`, ...request.headers },
          fetch: fetchWith,
          signal: ended,
        });
      return explained('user', () => describe(provider, { settings, tokens, get, idToken }, now()));
    },
  };
}

function find(name: string): Provider {
  const provider = PROVIDERS.find((known) => known.name === name);
  if (provider) return provider;
  throw new AppError('invalid', 'There is no such provider.');
}

/** With the provider's own values, and what it publishes, where nothing is configured. */
async function filled(provider: Provider, config: OAuth2Config): Promise<Settings> {
  const given: Settings = {
    ...config,
    authURL: config.authURL || provider.authURL,
    tokenURL: config.tokenURL || provider.tokenURL,
    userInfoURL: config.userInfoURL || provider.userInfoURL,
    displayName: config.displayName || provider.displayName,
    pkce: config.pkce ?? provider.pkce,
  };
  return (await provider.discover?.(given)) ?? given;
}

/** The same, and enough to get a token. */
async function complete(provider: Provider, config: OAuth2Config): Promise<Settings> {
  const settings = await filled(provider, config);
  const { clientId, clientSecret, authURL, tokenURL } = settings;
  if ([clientId, clientSecret, authURL, tokenURL].every((value) => value !== '')) return settings;
  throw new AppError('invalid', 'The provider is not configured.');
}

async function describe(
  provider: Provider,
  answer: Answer & { tokens: Exchanged },
  now: number,
): Promise<OAuth2User> {
  const { tokens } = answer;
  const user = tokens.user ?? (await userDocument(provider, answer));
  const account = await provider.account(user, answer);
  if (account.id === '') throw new Error('the provider does not say who it is');
  const seconds = Number(tokens.params.expires_in);
  return {
    ...account,
    rawUser: user,
    accessToken: tokens.accessToken,
    refreshToken: tokens.refreshToken,
    ...(seconds > 0 && { expires: now + seconds * 1000 }),
  };
}

async function userDocument(provider: Provider, answer: Answer): Promise<JsonObject> {
  if (provider.user) return provider.user(answer);
  const { settings } = answer;
  return asObject(await answer.get(settings.userInfoURL, provider.request?.(settings)));
}

function challengeOf(verifier: string): string {
  return createHash('sha256').update(verifier).digest('base64url');
}

/** `oauth` has no time limit of its own. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const stop = (): void => reject(new Error('the provider does not answer'));
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

async function explained<T>(what: 'token' | 'user', work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw new AppError('invalid', `Failed to fetch OAuth2 ${what}.`, { cause });
  }
}

/** The parameters by name, as PocketBase writes them. */
function sorted(text: string): string {
  const url = new URL(text);
  url.searchParams.sort();
  return url.href;
}
