import type { Collection, Json, JsonObject, TokenType } from '@davit/domain';
import type { RecordData } from '../record.ts';
import type { AuthRecord, RequestInfo } from '../request.ts';
import type { AuthResponse, MfaChallenge } from './auth-response.ts';
import type {
  EmailChangeFlow,
  OAuth2Flow,
  OtpFlow,
  PasswordResetFlow,
  VerificationFlow,
} from './flows.ts';

export interface TokenOptions {
  type?: TokenType;
  /** seconds; default: the collection's for the type */
  duration?: number;
  refreshable?: boolean;
  /** of an `emailChange` token */
  newEmail?: string;
  /** id of the superuser who is to act as the record */
  impersonatedBy?: string;
}

/**
 * Sign-in. Errors carry PocketBase's messages: `not_found` (*Missing or invalid auth collection context.*),
 * `forbidden` (disabled, or the auth rule), `invalid` (*Failed to authenticate.*, body), `unauthenticated`.
 */
export interface Authentication {
  /** `body`: `{identity, password, identityField?, mfaId?}`, not yet validated. */
  signInWithPassword(
    collection: string,
    body: Json,
    request: RequestInfo,
  ): Promise<AuthResponse | MfaChallenge>;
  /** For the signed-in record of the same collection. */
  refresh(collection: string, request: RequestInfo): Promise<AuthResponse>;
  /** A superuser becomes somebody else, with a token that cannot be refreshed. */
  impersonate(collection: string, id: string, request: RequestInfo): Promise<AuthResponse>;
  methods(collection: string): Promise<JsonObject>;
  /** `{email, template, collection?}`; for superusers, the caller checks that. */
  sendTestMail(body: Json): Promise<void>;
  readonly otp: OtpFlow;
  readonly oauth2: OAuth2Flow;
  readonly verification: VerificationFlow;
  readonly passwordReset: PasswordResetFlow;
  readonly emailChange: EmailChangeFlow;
  /**
   * An `auth` token or an API key to its record; undefined for a token that is not valid now. Throws `unauthenticated`
   * for a key that is not.
   */
  authenticate(token: string): Promise<AuthRecord | undefined>;
  /** What `authenticate` would answer, at once; undefined where that takes a look at what is stored. */
  known(token: string): AuthRecord | undefined;
  /** Whether what `authenticate` answered still holds: nothing was revoked since. */
  stillValid(auth: AuthRecord): Promise<boolean>;
  /** As `authenticate`, for a `file` token. */
  authenticateFileToken(token: string): Promise<AuthRecord | undefined>;
  issueToken(collection: Collection, record: RecordData, options?: TokenOptions): string;
}

/** For the command line and the first run. */
export interface Superusers {
  /** Creates, or sets a new password. Throws `invalid`. */
  upsert(email: string, password: string): Promise<RecordData>;
  /** Throws `invalid` where the e-mail is taken. */
  create(email: string, password: string): Promise<RecordData>;
  /** A missing one is no error. Throws `invalid` for the last one. */
  delete(email: string): Promise<void>;
  /** Without the installer record. */
  list(): Promise<RecordData[]>;
  /**
   * A token (30 minutes) of the installer record, which is created where needed; undefined as soon as a real
   * superuser exists.
   */
  installerToken(): Promise<string | undefined>;
  /** A one-time password as PocketBase's command line makes them. Throws `not_found`, `invalid` (not enabled). */
  createOtp(email: string): Promise<{ otpId: string; password: string; seconds: number }>;
  /** Mails a text to each of them, in the background. */
  tell(text: { subject: string; lines: readonly string[] }): Promise<void>;
}
