import type { Json, JsonObject, OAuth2Config, OAuth2User } from '@davit/domain';
import type OAuth2Strategy from 'passport-oauth2';
import type { IdTokenChecks } from './id-token.ts';

/** Who somebody is, in our words. */
export type Account = Pick<
  OAuth2User,
  'id' | 'name' | 'username' | 'email' | 'emailVerified' | 'avatarURL'
>;

/** A configuration with the provider's own values where it says nothing. */
export interface Settings extends Omit<OAuth2Config, 'pkce'> {
  pkce: boolean;
}

export interface Tokens {
  accessToken: string;
  refreshToken: string;
  /** everything the token endpoint has answered */
  params: JsonObject;
}

/** What a provider has at hand to find out who it is. */
export interface Answer {
  settings: Settings;
  tokens: Tokens;
  /** A JSON document of the provider's, with the token. Throws when it is refused or late. */
  get: (url: string, request?: UserRequest) => Promise<Json>;
  /** how much clocks may differ when an id_token is checked */
  idToken: Pick<IdTokenChecks, 'leewaySeconds'>;
}

export interface UserRequest {
  method?: 'GET' | 'POST';
  headers?: Record<string, string>;
  body?: string;
}

/** One provider: data, and the reading of its user document. */
export interface Provider {
  name: string;
  displayName: string;
  /** place in lists */
  order: number;
  pkce: boolean;
  scopes: readonly string[];
  authURL: string;
  tokenURL: string;
  userInfoURL: string;
  /** more for the authorization URL */
  authParams?: Record<string, string>;
  /** credentials in a header instead of the body */
  basicAuth?: true;
  /** how the user document is asked for; default: GET with the token */
  request?(settings: Settings): UserRequest;
  /** The user document, where it does not come from `userInfoURL`. */
  user?(answer: Answer): Promise<JsonObject>;
  /** Throws for accounts that are closed. */
  account(user: JsonObject, answer: Answer): Account | Promise<Account>;
  /** A strategy made for this provider; its profile's `_json` is the user document. */
  strategy?(options: StrategyOptions, settings: Settings): OAuth2Strategy;
  /** Fills in what is not configured, from what the provider publishes. */
  discover?(settings: Settings): Promise<Settings>;
}

/** What every strategy takes, and the function that receives its result. */
export interface StrategyOptions {
  clientID: string;
  clientSecret: string;
  authorizationURL: string;
  tokenURL: string;
  scope: string[];
  scopeSeparator: string;
  store: OAuth2Strategy.StateStore;
  state: true;
  pkce?: 'S256';
  customHeaders?: Record<string, string>;
  verify: Verify;
}

/** As passport-oauth2 calls it: it looks at the number of parameters. */
/* eslint-disable max-params */
export type Verify = (
  accessToken: string,
  refreshToken: string | undefined,
  params: JsonObject,
  profile: { _json?: JsonObject; emails?: JsonObject[] } | undefined,
  done: (error: Error | null, result?: unknown) => void,
) => void;
/* eslint-enable max-params */
