import type { Json, JsonObject, OAuth2ProviderInfo } from '@davit/domain';
import type { RequestInfo } from '../request.ts';
import type { AuthResponse, MfaChallenge } from './auth-response.ts';

/**
 * The steps around an account. Bodies are taken as they come; complaints about them are `invalid` with `data`. All
 * answer `not_found` for what is not an auth collection. Steps that mail somebody answer alike whether or not there
 * is such an account, and mail in the background.
 */
export interface OtpFlow {
  /** `{email}`. Errors: `forbidden` (disabled). */
  request(collection: string, body: Json, request: RequestInfo): Promise<{ otpId: string }>;
  /** `{otpId, password, mfaId?}`. Errors: `forbidden`, `rate_limited` (5 tries in 3 minutes). */
  signIn(
    collection: string,
    body: Json,
    request: RequestInfo,
  ): Promise<AuthResponse | MfaChallenge>;
}

export interface VerificationFlow {
  /** `{email}` */
  request(collection: string, body: Json, request: RequestInfo): Promise<void>;
  /** `{token}` */
  confirm(collection: string, body: Json, request: RequestInfo): Promise<void>;
}

export interface PasswordResetFlow {
  /** `{email}` */
  request(collection: string, body: Json, request: RequestInfo): Promise<void>;
  /** `{token, password, passwordConfirm}` */
  confirm(collection: string, body: Json, request: RequestInfo): Promise<void>;
}

export interface EmailChangeFlow {
  /** `{newEmail}`, of the signed-in account; waits for the mail. Errors: `unauthenticated`, `forbidden`. */
  request(collection: string, body: Json, request: RequestInfo): Promise<void>;
  /** `{token, password}` */
  confirm(collection: string, body: Json, request: RequestInfo): Promise<void>;
}

/** What a provider sends the browser back with. */
export interface OAuth2Redirect {
  state: string;
  code: string;
  error: string;
  /** JSON text; Apple only */
  user: string;
}

export interface OAuth2Flow {
  /** What providers there are, in the order people are shown. */
  providers(): readonly OAuth2ProviderInfo[];
  /** `{provider, code, codeVerifier?, redirectURL?, createData?, mfaId?}`. Errors: `forbidden` (disabled). */
  signIn(
    collection: string,
    body: Json,
    request: RequestInfo,
  ): Promise<AuthResponse | MfaChallenge>;
  /** A client secret for Apple, from `{clientId, teamId, keyId, privateKey, duration}`. Errors: `invalid`. */
  appleSecret(body: JsonObject): string;
  /** Tells the realtime client that waits for it; false: nobody does, or the sign-in failed. */
  redirect(redirect: OAuth2Redirect, ip: string): boolean;
}
