import type { Collection } from '@davit/domain';

/** What a definition is checked against. */
export interface CollectionContext {
  /** the stored state; undefined for a new one; the others include the definition itself */
  previous: Collection | undefined;
  find(idOrName: string): Collection | undefined;
  list(): Collection[];
}
