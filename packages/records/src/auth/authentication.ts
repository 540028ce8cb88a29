import { AppError, type Collection, type Json, type JsonObject } from '@davit/domain';
import type { Core } from '../core.ts';
import { notFound, SUPERUSERS_ONLY } from '../failure.ts';
import type { RecordAuthWithPasswordRequestEvent } from '../hooks/events.ts';
import type { RecordData } from '../record.ts';
import type { AuthRecord, RequestInfo } from '../request.ts';
import type { Context } from '../requests/context.ts';
import { loadRecord } from '../requests/load.ts';
import { schemaOf } from '../schema.ts';
import { passwordAuth } from './auth-options.ts';
import { findIdentity } from './find-identity.ts';
import { describeMethods } from './methods.ts';
import { parsePasswordForm, type PasswordForm } from './password-form.ts';
import { respond } from './respond.ts';
import type { AuthResponse, Authentication, MfaChallenge, TokenOptions } from './sign-in.ts';
import type { Tokens } from './tokens.ts';

const UNAUTHENTICATED = 'The request requires valid record authorization token.';

export class RecordAuthentication implements Authentication {
  readonly #context: Context;
  readonly #core: Core;
  readonly #tokens: Tokens;

  constructor(context: Context, tokens: Tokens) {
    this.#context = context;
    this.#core = context.core;
    this.#tokens = tokens;
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
    const event = await this.#passwordEvent(collection, form, {
      ...request,
      context: 'password',
    });
    let answer: AuthResponse | MfaChallenge | undefined;
    const { tags } = schemaOf(collection);
    await this.#core.chains.onRecordAuthWithPasswordRequest.run(event, tags, async (chained) => {
      const record = await this.#checkPassword(chained);
      const token = this.issueToken(collection, record);
      const signIn = { collection, record, token, request: chained.request, method: 'password' };
      answer = await respond(this.#context, signIn);
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
    throw new AppError('invalid', 'Failed to authenticate.');
  }

  async refresh(idOrName: string, request: RequestInfo): Promise<AuthResponse> {
    const collection = this.#authCollection(idOrName);
    const { auth } = request;
    if (auth === undefined) throw new AppError('unauthenticated', UNAUTHENTICATED);
    if (auth.collection.id !== collection.id) {
      // names the caller's own collection, as PocketBase does
      const message = `The request requires auth record from ${auth.collection.name} collection.`;
      throw new AppError('forbidden', message);
    }
    const current = (request.headers.authorization ?? '').replace(/^bearer\s+/i, '');
    const { record } = auth;
    const token =
      current !== '' && !this.#tokens.isRefreshable(current)
        ? current
        : this.issueToken(collection, record);
    const signIn = { collection, record, token, request, method: '' };
    return (await respond(this.#context, signIn)) as AuthResponse;
  }

  async impersonate(idOrName: string, id: string, request: RequestInfo): Promise<AuthResponse> {
    if (request.auth === undefined) throw new AppError('unauthenticated', UNAUTHENTICATED);
    if (!request.auth.superuser) throw new AppError('forbidden', SUPERUSERS_ONLY);
    const collection = this.#authCollection(idOrName);
    const record = await loadRecord(this.#context, collection, { id });
    const duration = parseDuration(request.body);
    const token = this.issueToken(collection, record, {
      refreshable: false,
      ...(duration > 0 && { duration }),
    });
    const signIn = { collection, record, token, request, method: '' };
    return (await respond(this.#context, signIn)) as AuthResponse;
  }

  methods(collection: string): JsonObject {
    return describeMethods(this.#authCollection(collection));
  }

  authenticate(token: string): Promise<AuthRecord | undefined> {
    return this.#tokens.authenticate(token);
  }

  authenticateFileToken(token: string): Promise<AuthRecord | undefined> {
    return this.#tokens.authenticate(token, 'file');
  }

  issueToken(collection: Collection, record: RecordData, options?: TokenOptions): string {
    return this.#tokens.issue(collection, record, options);
  }

  #authCollection(idOrName: string): Collection {
    const collection = this.#core.catalog.find(idOrName);
    if (collection?.type === 'auth') return collection;
    throw notFound('Missing or invalid auth collection context.');
  }
}

function parseDuration({ duration = 0 }: JsonObject): number {
  if (typeof duration === 'number' && duration >= 0) return Math.floor(duration);
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
