import type { Collection, JsonObject } from '@davit/domain';

/** The `@request.*` of an expression. */
export interface FilterRequest {
  context: string;
  method: string;
  query: Readonly<Record<string, string>>;
  /** names are snake_case */
  headers: Readonly<Record<string, string>>;
  body: JsonObject;
  /** absent: a guest */
  auth?: FilterAuth | undefined;
}

/** What rules read of the caller without looking into the database. */
export interface FilterAuth {
  id: string;
  collectionId: string;
  collectionName: string;
  email: string;
  emailVisibility: boolean;
  verified: boolean;
}

/** What an expression is resolved against. */
export interface ResolveContext {
  /** the collection plain fields belong to */
  collection: Collection;
  /** Finds another collection by id or name. */
  find(nameOrId: string): Collection | undefined;
  /** absent: every `@request.*` is null */
  request?: FilterRequest | undefined;
  /**
   * false (a client's own filter or sort): hidden fields are refused, list rules of joined collections apply,
   * e-mail addresses match only where they are public. true: rules, superusers, internal reads.
   */
  allowHidden: boolean;
  /** the record asked about is not stored: as with PocketBase, no back relation leads to it */
  unsaved?: boolean;
  /** what `@now` and its relatives mean */
  now: Date;
}
