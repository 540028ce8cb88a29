import { AppError, type Collection, type TokenClaims, type TokenType } from '@davit/domain';
import type { CheckedKey } from '../api-keys/stored-api-keys.ts';
import { isSecret } from '../api-keys/secret.ts';
import type { Core } from '../core.ts';
import type { RecordData } from '../record.ts';
import type { AuthRecord } from '../request.ts';
import { findRecord } from '../requests/load.ts';
import type { Scope } from '../scope.ts';
import { SUPERUSERS } from '../write/auth-effects.ts';
import { tokenSettings } from './auth-options.ts';
import type { TokenOptions } from './sign-in.ts';
import { TokenCache } from './token-cache.ts';

const MAX_TOKEN_LENGTH = 4096;

/** What is known of API keys. */
export interface KeyCheck {
  check(secret: string): Promise<CheckedKey | undefined>;
  readonly lastUsed: { note(id: string): void };
}

/** Tokens to accounts and back. */
export class Tokens {
  readonly #core: Core;
  readonly #scope: Scope;
  readonly #keys: KeyCheck;
  readonly #cache = new TokenCache();

  constructor(core: Core, scope: Scope, keys: KeyCheck) {
    this.#core = core;
    this.#keys = keys;
    this.#scope = scope;
    core.listeners.push(({ collection, record }) => {
      if (collection.type === 'auth') this.#cache.forget(collection.id, record.id);
    });
  }

  /** A collection changed: its secrets or its definition may be others now. */
  forgetAll(): void {
    this.#cache.clear();
  }

  /** The key was changed or revoked. */
  forgetKey(id: string): void {
    this.#cache.forgetKey(id);
  }

  issue(collection: Collection, record: RecordData, options: TokenOptions = {}): string {
    const { type = 'auth', refreshable = true } = options;
    const { secret, duration } = tokenSettings(collection, type);
    const seconds = options.duration ?? duration;
    const claims: TokenClaims = {
      id: record.id,
      type,
      collectionId: collection.id,
      exp: Math.floor(this.#core.clock.now() / 1000) + seconds,
      ...(type === 'auth' && { refreshable }),
      ...(type !== 'auth' && type !== 'file' && { email: text(record.email) }),
      ...(options.newEmail !== undefined && { newEmail: options.newEmail }),
      ...(options.impersonatedBy !== undefined && { act: { sub: options.impersonatedBy } }),
    };
    return this.#core.tokens.sign(claims, text(record.tokenKey) + secret);
  }

  /** Who came with this `auth` token or key lately, if it still counts. */
  known(token: string): AuthRecord | undefined {
    const known = this.#cache.get(token, this.#core.clock.now());
    if (known?.key) this.#keys.lastUsed.note(known.key.id);
    return known;
  }

  async authenticate(token: string, type: TokenType = 'auth'): Promise<AuthRecord | undefined> {
    const known = type === 'auth' ? this.known(token) : undefined;
    if (known || token === '' || token.length > MAX_TOKEN_LENGTH) return known;
    if (type === 'auth' && isSecret(token)) return this.#verifyKey(token);
    return this.#verify(token, type);
  }

  /** A program must not go on as a guest when its key is worthless. Throws `unauthenticated`. */
  async #verifyKey(secret: string): Promise<AuthRecord> {
    const { version } = this.#cache;
    const checked = await this.#keys.check(secret);
    const collection = checked && this.#core.catalog.find(checked.collectionRef);
    const context = { core: this.#core, scope: this.#scope };
    const record = collection && (await findRecord(context, collection, { id: checked.recordRef }));
    if (!record) {
      throw new AppError(
        'unauthenticated',
        'The API key is not valid: unknown, expired or revoked.',
      );
    }
    const { use, expires } = checked;
    const auth = { collection, record, superuser: collection.name === SUPERUSERS, key: use };
    if (version === this.#cache.version) {
      this.#cache.set(secret, { auth, refreshable: false, expires });
    }
    this.#keys.lastUsed.note(use.id);
    return auth;
  }

  async #verify(token: string, type: TokenType): Promise<AuthRecord | undefined> {
    const claims = this.#core.tokens.peek(token);
    if (claims?.type !== type) return undefined;
    const collection = this.#core.catalog.find(claims.collectionId);
    if (collection?.type !== 'auth') return undefined;
    const { version } = this.#cache;
    const context = { core: this.#core, scope: this.#scope };
    const record = await findRecord(context, collection, { id: claims.id });
    if (record === undefined) return undefined;
    const key = text(record.tokenKey) + tokenSettings(collection, type).secret;
    if (this.#core.tokens.verify(token, key) === undefined) return undefined;
    const impersonatedBy = claims.act?.sub;
    const auth: AuthRecord = {
      collection,
      record,
      superuser: collection.name === SUPERUSERS,
      ...(typeof impersonatedBy === 'string' && { impersonatedBy }),
    };
    if (type === 'auth' && version === this.#cache.version) {
      const { exp, refreshable } = claims;
      this.#cache.set(token, { auth, refreshable: isTrue(refreshable), expires: exp * 1000 });
    }
    return auth;
  }

  /** What a token says of itself, unchecked. */
  peek(token: string): TokenClaims | undefined {
    return token.length > MAX_TOKEN_LENGTH ? undefined : this.#core.tokens.peek(token);
  }

  /** May the token be exchanged for a new one? */
  isRefreshable(token: string): boolean {
    return this.#cache.isRefreshable(token) ?? isTrue(this.#core.tokens.peek(token)?.refreshable);
  }
}

/** Programs that extend PocketBase sign tokens, too, with the claim in any of the forms it reads. */
function isTrue(claim: unknown): boolean {
  if (typeof claim === 'string') return /^(1|t|T|TRUE|true|True)$/.test(claim);
  return claim === true || (typeof claim === 'number' && claim !== 0);
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
