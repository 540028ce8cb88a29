import { AppError, type RecordStore, type WriteTx } from '@davit/domain';
import { appendAudit, changedNames } from '../audit/append-audit.ts';
import type { Collections } from '../collections/catalog.ts';
import type { Core } from '../core.ts';
import { notFound } from '../failure.ts';
import { formatDate } from '../fields/date.ts';
import type { OwnPage } from '../own-tables/own-page.ts';
import { listOwn } from '../own-tables/own-table.ts';
import { buildQuery } from '../queries/build-query.ts';
import type { AuthRecord, KeyUse, RequestInfo } from '../request.ts';
import { schemaOf } from '../schema.ts';
import type { ApiKey, ApiKeys, NamedScope } from './api-keys.ts';
import { readKeyForm, type KeyForm } from './key-form.ts';
import { API_KEYS, SHOWN_KEYS, type KeyRow } from './key-table.ts';
import { LastUsed } from './last-used.ts';
import { refuseKey } from './scope.ts';
import { ScopeNames } from './scope-names.ts';
import { idOf, matches, newSecret } from './secret.ts';

const MOST_KEYS = 100;

/** A key that was found good: whose it is, and until when. */
export interface CheckedKey {
  use: KeyUse;
  collectionRef: string;
  recordRef: string;
  /** milliseconds since the epoch */
  expires: number;
}

export interface StoredApiKeysParts {
  core: Core;
  store: RecordStore;
  collections: Pick<Collections, 'find'>;
  /** what a key allowed is not to be remembered any more */
  changed(id: string): void;
}

export class StoredApiKeys implements ApiKeys {
  readonly #parts: StoredApiKeysParts;
  readonly #scopes: ScopeNames;
  readonly lastUsed: LastUsed;

  constructor(parts: StoredApiKeysParts) {
    const { clock, logger } = parts.core;
    this.#parts = parts;
    this.#scopes = new ScopeNames(parts.collections);
    this.lastUsed = new LastUsed({
      clock,
      logger,
      write: (dates) => parts.store.write((tx) => writeLastUsed(tx, dates)),
    });
  }

  declare(scopes: readonly NamedScope[]): void {
    this.#scopes.declare(scopes);
  }

  namedScopes({ auth }: RequestInfo): string[] {
    return this.#scopes.names(requirePerson(auth).superuser);
  }

  /** The key of a secret; undefined when it is unknown, revoked or expired. */
  async check(secret: string): Promise<CheckedKey | undefined> {
    const row = await this.#find(idOf(secret) ?? '');
    if (row === undefined || !matches(secret, row.hash)) return undefined;
    const expires = row.expires === '' ? Infinity : Date.parse(row.expires);
    if (expires <= this.#parts.core.clock.now()) return undefined;
    const scopes = this.#scopes.expand(row.scopes);
    const use = { id: row.id, name: row.name, scopes };
    const { collectionRef, recordRef } = row;
    return { use, collectionRef, recordRef, expires };
  }

  /** Whether the key is there, has not expired, and is this owner's. */
  async isValid(id: string, owner: string): Promise<boolean> {
    const row = await this.#find(id);
    if (row?.recordRef !== owner) return false;
    return row.expires === '' || Date.parse(row.expires) > this.#parts.core.clock.now();
  }

  async list({ auth, query }: RequestInfo): Promise<OwnPage<ApiKey>> {
    const { superuser, collection, record } = requirePerson(auth);
    const own = `collectionRef = "${collection.id}" && recordRef = "${record.id}"`;
    const { core, store } = this.#parts;
    const page = await listOwn({ core, store }, SHOWN_KEYS, {
      parameters: query,
      only: superuser ? '' : own,
      sort: '-created',
    });
    return { ...page, items: page.items.map((row) => this.#show(row as unknown as KeyRow)) };
  }

  async get(id: string, { auth }: RequestInfo): Promise<ApiKey> {
    return this.#show(await this.#load(id, requirePerson(auth)));
  }

  async create(request: RequestInfo): Promise<ApiKey & { key: string }> {
    const owner = requirePerson(request.auth);
    const empty = { name: '', scopes: [], expires: '' };
    const form = this.#read(request, empty, owner.superuser);
    const { secret, ...made } = newSecret();
    const now = formatDate(this.#parts.core.clock.now());
    const ref = { collectionRef: owner.collection.id, recordRef: owner.record.id };
    const row = { ...made, ...form, ...ref, created: now, updated: now, lastUsed: '' };
    await this.#parts.store.write((tx) => {
      if (tx.find(API_KEYS, ref).length >= MOST_KEYS) throw tooMany();
      tx.insert(API_KEYS, schemaOf(API_KEYS).toRow(row));
      this.#audit(tx, request, { action: 'key.create', id: made.id, detail: this.#detail(form) });
    });
    return { ...this.#show(row), key: secret };
  }

  async update(id: string, request: RequestInfo): Promise<ApiKey> {
    const row = await this.#load(id, requirePerson(request.auth));
    const before: KeyForm = row;
    const owner = this.#parts.core.catalog.find(row.collectionRef);
    const form = this.#read(request, before, owner?.name === '_superusers');
    const updated = formatDate(this.#parts.core.clock.now());
    const { name, scopes, expires } = schemaOf(API_KEYS).toRow({ ...row, ...form });
    const changes = { name: name ?? '', scopes: scopes ?? '', expires: expires ?? '', updated };
    const changed = changedNames(pick(before), form);
    await this.#parts.store.write((tx) => {
      tx.update(API_KEYS, id, changes);
      const detail = { ...this.#detail(form), changed };
      this.#audit(tx, request, { action: 'key.update', id, detail });
    });
    this.#parts.changed(id);
    return this.#show({ ...row, ...form, updated });
  }

  async revoke(id: string, request: RequestInfo): Promise<void> {
    const row = await this.#load(id, requirePerson(request.auth));
    await this.#parts.store.write((tx) => {
      tx.delete(API_KEYS, id);
      const detail = { name: row.name };
      this.#audit(tx, request, { action: 'key.revoke', id, detail });
    });
    this.#parts.changed(id);
  }

  #read({ body }: RequestInfo, before: KeyForm, superuser: boolean): KeyForm {
    const now = this.#parts.core.clock.now();
    return readKeyForm(body, before, { scopes: this.#scopes, superuser, now });
  }

  async #load(id: string, { superuser, collection, record }: AuthRecord): Promise<KeyRow> {
    const row = await this.#find(id);
    const isOwn = row?.collectionRef === collection.id && row.recordRef === record.id;
    if (row === undefined || !(superuser || isOwn)) throw notFound();
    return row;
  }

  async #find(id: string): Promise<KeyRow | undefined> {
    if (id === '') return undefined;
    const { core, store } = this.#parts;
    const query = buildQuery(core, { collection: API_KEYS, ids: [id] });
    const { rows } = await store.find(query, { offset: 0, limit: 1, count: false });
    return rows[0] && (schemaOf(API_KEYS).fromRow(rows[0]) as unknown as KeyRow);
  }

  #show({ hash: _hash, ...key }: KeyRow): ApiKey {
    return {
      ...key,
      scopes: key.scopes.map((scope) => this.#scopes.toShown(scope)),
      lastUsed: this.lastUsed.of(key.id) ?? key.lastUsed,
    };
  }

  #detail({ name, scopes, expires }: KeyForm): { name: string; scopes: string[]; expires: string } {
    return { name, scopes: scopes.map((scope) => this.#scopes.toShown(scope)), expires };
  }

  #audit(
    tx: WriteTx,
    by: RequestInfo,
    {
      action,
      id,
      detail,
    }: { action: string; id: string; detail: Record<string, string | string[]> },
  ): void {
    const note = { action, record: id, detail };
    appendAudit(tx, this.#parts.core.clock, { by, note });
  }
}

/** Somebody who is signed in, by a token. Errors: `unauthenticated`, `forbidden`. */
function requirePerson(auth: AuthRecord | undefined): AuthRecord {
  refuseKey(auth);
  if (auth) return auth;
  const message = 'The request requires valid record authorization token.';
  throw new AppError('unauthenticated', message);
}

function tooMany(): AppError {
  return new AppError('invalid', `An account has at most ${MOST_KEYS} API keys. Revoke one first.`);
}

function pick({ name, scopes, expires }: KeyForm): KeyForm {
  return { name, scopes, expires };
}

/** Keys may have been revoked meanwhile. */
function writeLastUsed(tx: WriteTx, dates: ReadonlyMap<string, string>): void {
  for (const [id, lastUsed] of dates) {
    if (tx.get(API_KEYS, id)) tx.update(API_KEYS, id, { lastUsed });
  }
}
