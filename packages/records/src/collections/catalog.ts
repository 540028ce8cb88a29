import type { Collection, JsonObject } from '@davit/domain';

/**
 * The collections. Reads come from memory; changes are for superusers (the caller checks that).
 * Errors: `not_found`, `invalid` (with PocketBase's codes in `data`).
 */
export interface Collections {
  /** By id, or by name in any case. */
  find(idOrName: string): Collection | undefined;
  /** As `find`; throws `not_found`. */
  get(idOrName: string): Collection;
  /** In order of creation. */
  list(): Collection[];
  /** Creates from a body merged over the scaffold of its type. */
  create(body: JsonObject): Promise<Collection>;
  /** Merges a body into the stored definition. */
  update(idOrName: string, body: JsonObject): Promise<Collection>;
  /** Saves a complete definition: creates where the id is unknown. */
  save(collection: Collection): Promise<Collection>;
  delete(idOrName: string): Promise<void>;
  /** Deletes all records, with cascades. Views are refused. */
  truncate(idOrName: string): Promise<void>;
  /** Creates or merges all, in one transaction; with `deleteMissing` others (not system ones) go. */
  import(bodies: JsonObject[], options?: { deleteMissing?: boolean }): Promise<void>;
  /** What `create` starts from, by type; ids empty. */
  scaffolds(): Record<'base' | 'auth' | 'view', JsonObject>;
  /** Reads everything again: somebody else changed the directory. */
  reload(): Promise<void>;
}
