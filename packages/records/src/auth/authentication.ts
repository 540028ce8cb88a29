import { AppError, type Collection, type Json, type JsonObject } from '@davit/domain';
import type { Core } from '../core.ts';
import type { RecordAuthWithPasswordRequestEvent } from '../hooks/events.ts';
import type { RecordData } from '../record.ts';
import { derived, type AuthRecord, type RequestInfo } from '../request.ts';
import type { Context } from '../requests/context.ts';
import { findRecord, loadRecord } from '../requests/load.ts';
import { refuseKey } from '../api-keys/scope.ts';
import { schemaOf } from '../schema.ts';
import { authCollection } from './auth-collection.ts';
import { member, unreadable } from './auth-form.ts';
import { passwordAuth } from './auth-options.ts';
import type { AuthServices } from './auth-services.ts';
import { EmailChange } from './email-change.ts';
import { findIdentity } from './find-identity.ts';
import { describeMethods } from './methods.ts';
import { OAuth2 } from './oauth2/oauth2.ts';
import { Otp } from './otp.ts';
import { parsePasswordForm, type PasswordForm } from './password-form.ts';
import { PasswordReset } from './password-reset.ts';
import { respond } from './respond.ts';
import { requireSameCollection, UNAUTHENTICATED } from './same-collection.ts';
import type { AuthResponse, MfaChallenge } from './auth-response.ts';
import type { Authentication, TokenOptions } from './sign-in.ts';
import { sendTestMail } from './test-mail.ts';
import type { Tokens } from './tokens.ts';
import { Verification } from './verification.ts';

const NOT_ALLOWED = 'The authorized record is not allowed to perform this action.';

export class RecordAuthentication implements Authentication {
  readonly otp: Otp;
  readonly oauth2: OAuth2;
  readonly verification: Verification;
  readonly passwordReset: PasswordReset;
  readonly emailChange: EmailChange;
  readonly #services: AuthServices;
  readonly #context: Context;
  readonly #core: Core;
  readonly #tokens: Tokens;

  constructor(services: AuthServices) {
    this.otp = new Otp(services);
    this.oauth2 = new OAuth2(services);
    this.verification = new Verification(services);
    this.passwordReset = new PasswordReset(services);
    this.emailChange = new EmailChange(services);
    this.#services = services;
    this.#context = services.context;
    this.#core = services.context.core;
    this.#tokens = services.tokens;
  }

  async signInWithPassword(
    idOrName: string,
    body: Json,
    request: RequestInfo,
  ): Promise<AuthResponse | MfaChallenge> {
    const collection = this.#authCollection(idOrName);
    const settings = passwordAuth(collection);
    if (!settings.enabled) {
      throw new AppError(
        'forbidden',
        'The collection is not configured to allow password authentication.',
      );
    }
    const form = parsePasswordForm(body, settings.identityFields);
    const event = await this.#passwordEvent(
      collection,
      form,
      derived(request, { context: 'password' }),
    );
    let answer: AuthResponse | MfaChallenge | undefined;
    const { tags } = schemaOf(collection);
    await this.#core.chains.onRecordAuthWithPasswordRequest.run(event, tags, async (chained) => {
      const record = await this.#checkPassword(chained);
      const token = this.issueToken(collection, record);
      const signIn = { collection, record, token, request: chained.request, method: 'password' };
      answer = await respond(this.#services, signIn);
    });
    if (answer === undefined) throw new AppError('invalid', 'Failed to authenticate.');
    return answer;
  }

  async #passwordEvent(
    collection: Collection,
    form: PasswordForm,
    request: RequestInfo,
  ): Promise<Omit<RecordAuthWithPasswordRequestEvent, 'next'>> {
    const { identity, password, identityField } = form;
    const fields = identityField === '' ? passwordAuth(collection).identityFields : [identityField];
    const found = await findIdentity(this.#context, collection, { identity, fields });
    return {
      collection,
      request,
      record: found?.record,
      identity,
      identityField: found?.field ?? identityField,
      password,
    };
  }

  /** As slow for an account that does not exist as for a wrong password. */
  async #checkPassword(event: RecordAuthWithPasswordRequestEvent): Promise<RecordData> {
    const { record, password } = event;
    const hash = typeof record?.password === 'string' ? record.password : '';
    const matches = await this.#core.hasher.verify(password, hash);
    if (record && matches) return record;
    await this.#services.refusals.note({ ...event, record, method: 'password' });
    const cause = new Error('invalid login credentials'); // for the log alone
    throw new AppError('invalid', 'Failed to authenticate.', { cause });
  }

  async refresh(idOrName: string, request: RequestInfo): Promise<AuthResponse> {
    const { record } = requireSameCollection(this.#core, idOrName, request);
    const collection = this.#authCollection(idOrName);
    const current = (request.headers.authorization ?? '').replace(/^bearer\s+/i, '');
    const isStatic = current !== '' && !this.#tokens.isRefreshable(current);
    let answer: AuthResponse | undefined;
    const event = { collection, record, request };
    const { tags } = schemaOf(collection);
    await this.#core.chains.onRecordAuthRefreshRequest.run(event, tags, async (chained) => {
      const token = isStatic ? current : this.issueToken(collection, chained.record);
      const signIn = { ...chained, token, method: '' };
      answer = (await respond(this.#services, signIn)) as AuthResponse;
    });
    if (answer === undefined) throw new AppError('invalid', 'Failed to refresh auth record.');
    return answer;
  }

  async impersonate(idOrName: string, id: string, request: RequestInfo): Promise<AuthResponse> {
    if (request.auth === undefined) throw new AppError('unauthenticated', UNAUTHENTICATED);
    refuseKey(request.auth);
    if (!request.auth.superuser) throw new AppError('forbidden', NOT_ALLOWED);
    const collection = this.#authCollection(idOrName);
    const record = await loadRecord(this.#context, collection, { id });
    const duration = parseDuration(request.body);
    const token = this.issueToken(collection, record, {
      refreshable: false,
      impersonatedBy: request.auth.record.id,
      ...(duration > 0 && { duration }),
    });
    const signIn = { collection, record, token, request, method: '' };
    const answer = (await respond(this.#services, signIn)) as AuthResponse;
    const note = { action: 'impersonate', collection: collection.name, record: id };
    await this.#services.audit.note(request, note);
    return answer;
  }

  async methods(collection: string): Promise<JsonObject> {
    return describeMethods(this.#services, this.#authCollection(collection));
  }

  sendTestMail(body: Json): Promise<void> {
    return sendTestMail(this.#services, body);
  }

  authenticate(token: string): Promise<AuthRecord | undefined> {
    return this.#tokens.authenticate(token);
  }

  known(token: string): AuthRecord | undefined {
    return this.#tokens.known(token);
  }

  async stillValid(auth: AuthRecord): Promise<boolean> {
    const { collection, record, key } = auth;
    if (key) return this.#services.keys.isValid(key.id, record.id);
    const now = await findRecord(this.#context, collection, { id: record.id });
    return now?.tokenKey === record.tokenKey;
  }

  authenticateFileToken(token: string): Promise<AuthRecord | undefined> {
    return this.#tokens.authenticate(token, 'file');
  }

  issueToken(collection: Collection, record: RecordData, options?: TokenOptions): string {
    return this.#tokens.issue(collection, record, options);
  }

  #authCollection(idOrName: string): Collection {
    return authCollection(this.#core, idOrName);
  }
}

function parseDuration(body: JsonObject): number {
  const duration = member(body, 'duration') ?? 0;
  if (typeof duration !== 'number' || !isInt64(duration)) throw unreadable();
  if (duration >= 0) return duration;
  throw new AppError('invalid', 'An error occurred while validating the submitted data.', {
    data: {
      duration: {
        code: 'validation_min_greater_equal_than_required',
        message: 'Must be no less than 0.',
        params: { threshold: 0 },
      },
    },
  });
}

function isInt64(value: number): boolean {
  return Number.isInteger(value) && Math.abs(value) < 2 ** 63;
}
