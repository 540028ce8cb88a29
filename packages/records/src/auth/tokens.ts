import type { Collection, TokenClaims, TokenType } from '@davit/domain';
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

/** Tokens to accounts and back. */
export class Tokens {
  readonly #core: Core;
  readonly #scope: Scope;
  readonly #cache = new TokenCache();

  constructor(core: Core, scope: Scope) {
    this.#core = core;
    this.#scope = scope;
    core.listeners.push(({ collection, record }) => {
      if (collection.type === 'auth') this.#cache.forget(collection.id, record.id);
    });
  }

  /** A collection changed: its secrets or its definition may be others now. */
  forgetAll(): void {
    this.#cache.clear();
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
    };
    return this.#core.tokens.sign(claims, text(record.tokenKey) + secret);
  }

  async authenticate(token: string, type: TokenType = 'auth'): Promise<AuthRecord | undefined> {
    const known = type === 'auth' ? this.#cache.get(token, this.#core.clock.now()) : undefined;
    if (known || token === '' || token.length > MAX_TOKEN_LENGTH) return known;
    return this.#verify(token, type);
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
    const auth = { collection, record, superuser: collection.name === SUPERUSERS };
    if (type === 'auth' && version === this.#cache.version) {
      const { exp, refreshable } = claims;
      this.#cache.set(token, { auth, refreshable: refreshable === true, expires: exp * 1000 });
    }
    return auth;
  }

  /** What a token says of itself, unchecked. */
  peek(token: string): TokenClaims | undefined {
    return token.length > MAX_TOKEN_LENGTH ? undefined : this.#core.tokens.peek(token);
  }

  /** May the token be exchanged for a new one? */
  isRefreshable(token: string): boolean {
    return this.#cache.isRefreshable(token) ?? this.#core.tokens.peek(token)?.refreshable === true;
  }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
