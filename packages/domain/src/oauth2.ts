import type { JsonObject } from './json.ts';

/** One entry of an auth collection's `oauth2.providers`. Empty values mean the provider's own. */
export interface OAuth2Config {
  name: string;
  clientId: string;
  clientSecret: string;
  authURL: string;
  tokenURL: string;
  userInfoURL: string;
  displayName: string;
  /** null: the provider's default */
  pkce: boolean | null;
  extra: JsonObject;
}

export interface OAuth2ProviderInfo {
  name: string;
  displayName: string;
  /** SVG text */
  logo: string;
}

/** Where a sign-in begins. The PKCE members are empty where PKCE is off. */
export interface OAuth2Start {
  displayName: string;
  logo: string;
  state: string;
  /** ends with `&redirect_uri=`: the client appends its own */
  authURL: string;
  codeVerifier: string;
  codeChallenge: string;
  codeChallengeMethod: string;
}

export interface OAuth2Grant {
  code: string;
  codeVerifier: string;
  redirectURL: string;
}

/** An account elsewhere. */
export interface OAuth2User {
  id: string;
  name: string;
  username: string;
  email: string;
  /** the provider vouches for the address */
  emailVerified: boolean;
  avatarURL: string;
  rawUser: JsonObject;
  accessToken: string;
  refreshToken: string;
  /** milliseconds since the epoch; absent: unknown */
  expires?: number;
}

/** What Apple's client secrets are made of. */
export interface AppleSecretParts {
  clientId: string;
  teamId: string;
  keyId: string;
  /** PEM */
  privateKey: string;
  /** seconds */
  duration: number;
}

export interface OAuth2Providers {
  /** In the order people are shown. */
  list(): readonly OAuth2ProviderInfo[];
  /** Errors: `invalid` (unknown), `unavailable` (discovery failed). */
  start(config: OAuth2Config): Promise<OAuth2Start>;
  /**
   * Code to account. Errors: `invalid` (*Failed to fetch OAuth2 token.*, *Failed to fetch OAuth2 user.*), also when
   * the provider does not answer in time.
   */
  exchange(config: OAuth2Config, grant: OAuth2Grant, signal?: AbortSignal): Promise<OAuth2User>;
  /** Errors: `invalid` (the key is none, or of another kind). */
  signAppleSecret(parts: AppleSecretParts): string;
}
