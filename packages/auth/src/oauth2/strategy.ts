import { randomBytes } from 'node:crypto';
import type { JsonObject } from '@davit/domain';
import OAuth2Strategy from 'passport-oauth2';
import type { Provider, Settings, StrategyOptions, Tokens, Verify } from './provider.ts';

/** Passport's strategies keep what is between two requests in a session; here the client brings it back. */
interface Session {
  query: { code?: string };
  headers: Record<string, string>;
  codeVerifier: string;
  begun?: { state: string; codeVerifier: string };
}

export interface Begun {
  url: string;
  state: string;
  codeVerifier: string;
}

export interface Exchanged extends Tokens {
  /** the user document, of strategies that fetch it */
  user: JsonObject | undefined;
}

/** Where the browser goes. */
export async function begin(provider: Provider, settings: Settings): Promise<Begun> {
  const session: Session = { query: {}, headers: {}, codeVerifier: '' };
  const url = await authenticate<string>(createStrategy(provider, settings), session, {});
  return { url, state: '', codeVerifier: '', ...session.begun };
}

/** Code to tokens, and the user document where the strategy fetches it. */
export async function exchange(
  provider: Provider,
  settings: Settings,
  grant: { code: string; codeVerifier: string; redirectURL: string },
): Promise<Exchanged> {
  const { code, codeVerifier, redirectURL } = grant;
  const session: Session = { query: { code }, headers: {}, codeVerifier };
  const options = redirectURL === '' ? {} : { callbackURL: redirectURL };
  return authenticate<Exchanged>(createStrategy(provider, settings), session, options);
}

function createStrategy(provider: Provider, settings: Settings): OAuth2Strategy {
  const { clientId, clientSecret } = settings;
  const basic = Buffer.from(`${clientId}:${clientSecret}`).toString('base64');
  const options: StrategyOptions = {
    clientID: clientId,
    clientSecret,
    authorizationURL: settings.authURL,
    tokenURL: settings.tokenURL,
    scope: [...provider.scopes, ...moreScopes(provider, settings)],
    scopeSeparator: ' ',
    store,
    state: true,
    ...(settings.pkce && { pkce: 'S256' }),
    ...(provider.basicAuth && { customHeaders: { Authorization: `Basic ${basic}` } }),
    verify,
  };
  return provider.strategy?.(options, settings) ?? plainStrategy(options, provider);
}

/** Microsoft's id_token comes only to those who ask. */
function moreScopes(provider: Provider, { extra }: Settings): string[] {
  return provider.name === 'microsoft' && typeof extra.idTokenEmailClaim === 'string'
    ? ['openid']
    : [];
}

function plainStrategy(options: StrategyOptions, provider: Provider): OAuth2Strategy {
  const { verify: callback, ...rest } = options;
  const strategy = new OAuth2Strategy(
    { ...rest, skipUserProfile: true } as unknown as OAuth2Strategy.StrategyOptions,
    callback as OAuth2Strategy.VerifyFunction,
  );
  return Object.assign(strategy, { authorizationParams: () => ({ ...provider.authParams }) });
}

// passport-oauth2 looks at the number of parameters: five for `store`, four for `verify`
/* eslint-disable max-params */
const store = {
  store(
    session: Session,
    codeVerifier: string | undefined,
    _state: unknown,
    _meta: unknown,
    done: (error: null, state: string) => void,
  ) {
    const state = randomBytes(15).toString('hex');
    session.begun = { state, codeVerifier: codeVerifier ?? '' };
    done(null, state);
  },
  verify(
    session: Session,
    state: unknown,
    _meta: unknown,
    done: (error: null, ok: string | true, state: unknown) => void,
  ) {
    // text is taken as the verifier; the realtime client has compared the state
    done(null, session.codeVerifier === '' ? true : session.codeVerifier, state);
  },
} as unknown as OAuth2Strategy.StateStore;

const verify: Verify = (accessToken, refreshToken, params, profile, done) => {
  done(null, { accessToken, refreshToken: refreshToken ?? '', params, user: userOf(profile) });
};
/* eslint-enable max-params */

function userOf(profile: Parameters<Verify>[3]): JsonObject | undefined {
  if (profile?._json === undefined) return undefined;
  return { ...profile._json, ...(profile.emails && { emails: profile.emails }) };
}

/** Runs a strategy the way passport does: on a clone that has the outcomes as methods. */
function authenticate<T>(strategy: OAuth2Strategy, session: Session, options: object): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const clone = Object.assign(Object.create(strategy) as OAuth2Strategy, {
      redirect: (url: string) => resolve(url as T),
      success: (user: unknown) => resolve(user as T),
      fail: (challenge: unknown) => reject(new Error(`refused: ${JSON.stringify(challenge)}`)),
      error: (error: Error) => reject(error),
    });
    clone.authenticate(
      session as unknown as Parameters<OAuth2Strategy['authenticate']>[0],
      options,
    );
  });
}
