import type { Collection, JsonObject } from '@davit/domain';
import type { Requester } from '../audit/audit.ts';
import type { ViewSample } from './dry-run-view.ts';

export interface CollectionPage {
  items: Collection[];
  page: number;
  perPage: number;
  /** -1 with `skipTotal` */
  totalItems: number;
  totalPages: number;
}

/**
 * The collections. Reads come from memory; changes are for superusers (the caller checks that).
 * The audit log names `by` as who did it. Errors: `not_found`, `invalid` (with PocketBase's codes in `data`).
 */
export interface Collections {
  /** By id, or by name in any case. */
  find(idOrName: string): Collection | undefined;
  /** As `find`; throws `not_found`. */
  get(idOrName: string): Collection;
  /** In order of creation. */
  list(): Collection[];
  /** One page, by the standard list parameters (`filter` and `sort` over id, name, type, system, created, updated). */
  page(parameters: Record<string, string>): Promise<CollectionPage>;
  /** Creates from a body merged over the scaffold of its type. */
  create(body: JsonObject, by?: Requester): Promise<Collection>;
  /** Merges a body into the stored definition. */
  update(idOrName: string, body: JsonObject, by?: Requester): Promise<Collection>;
  /** Saves a complete definition: creates where the id is unknown. */
  save(collection: Collection): Promise<Collection>;
  delete(idOrName: string, by?: Requester): Promise<void>;
  /** Deletes all records, with cascades. Views are refused. */
  truncate(idOrName: string): Promise<void>;
  /** Creates or merges all, in one transaction; with `deleteMissing` others (not system ones) go. */
  import(
    bodies: JsonObject[],
    options?: { deleteMissing?: boolean; by?: Requester },
  ): Promise<void>;
  /** What `create` starts from, by type; ids empty. */
  scaffolds(): Record<'base' | 'auth' | 'view', JsonObject>;
  /** What a view of this query would have and show; nothing is kept. */
  dryRunView(query: string): Promise<ViewSample>;
  /** Reads everything again: somebody else changed the directory. */
  reload(): Promise<void>;
}
