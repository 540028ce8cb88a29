import type { OwnPage } from '../own-tables/own-page.ts';
import type { RequestInfo } from '../request.ts';

/** An API key as its owner sees it; the secret is not kept. */
export interface ApiKey {
  id: string;
  name: string;
  /** how the secret begins */
  prefix: string;
  /** `posts:list`, `*:view`, `@platform:logs`; collections by name */
  scopes: string[];
  /** id of the owner's collection */
  collectionRef: string;
  /** id of the owner */
  recordRef: string;
  created: string;
  updated: string;
  /** '': never */
  expires: string;
  /** within a minute; '': never */
  lastUsed: string;
}

/** A scope that is no action on a collection. */
export interface NamedScope {
  /** `@platform:logs` */
  name: string;
  /** superusers alone may give it to a key */
  superuser?: boolean;
  /** what it allows on collections, each by its id: `22k6ts6gvnp46mc:create` */
  includes?: readonly string[];
}

/**
 * Keys for programs: used wherever a token is, with at most the rights of their owner. A key manages no keys.
 * Everybody sees their own keys, superusers all. Errors: `unauthenticated`, `forbidden`, `not_found`, `invalid` (with `data`).
 */
export interface ApiKeys {
  /** Scopes that others bring along. */
  declare(scopes: readonly NamedScope[]): void;
  /** Names of the scopes that this caller may give, those of collections apart. */
  namedScopes(request: RequestInfo): string[];
  list(request: RequestInfo): Promise<OwnPage<ApiKey>>;
  get(id: string, request: RequestInfo): Promise<ApiKey>;
  /** `{name, scopes, expires?}`. The secret is told only here. */
  create(request: RequestInfo): Promise<ApiKey & { key: string }>;
  /** Changes `name`, `scopes` and `expires`, those that are given. */
  update(id: string, request: RequestInfo): Promise<ApiKey>;
  /** From now on it is worthless. */
  revoke(id: string, request: RequestInfo): Promise<void>;
}
