import type { Collection, Field } from '@davit/domain';
import { AppError } from '@davit/domain';
import { textOption } from '../fields/field-kind.ts';
import { schemaOf } from '../schema.ts';

/** A relation field, and the collection it is in. */
export interface Reference {
  collection: Collection;
  field: Field;
}

/** The collections as they were last loaded, by id and by name. */
export class MemoryCatalog {
  #ordered: Collection[] = [];
  #byId = new Map<string, Collection>();
  #byName = new Map<string, Collection>();
  /** by the collection they lead to; worked out when first needed */
  #references: Map<string, Reference[]> | undefined;

  replace(collections: readonly Collection[]): void {
    this.#ordered = [...collections];
    this.#references = undefined;
    this.#byId = new Map(collections.map((item) => [item.id, item]));
    this.#byName = new Map(collections.map((item) => [item.name.toLowerCase(), item]));
  }

  find(idOrName: string): Collection | undefined {
    return this.#byId.get(idOrName) ?? this.#byName.get(idOrName.toLowerCase());
  }

  get(idOrName: string): Collection {
    const collection = this.find(idOrName);
    if (collection) return collection;
    throw new AppError('not_found', "The requested resource wasn't found.");
  }

  /** The relations of tables that lead to a collection, by the names of the tables. */
  referencesTo(collection: Collection): readonly Reference[] {
    this.#references ??= referencesOf(this.#ordered);
    return this.#references.get(collection.id) ?? [];
  }

  list(): Collection[] {
    return [...this.#ordered];
  }
}

function referencesOf(collections: readonly Collection[]): Map<string, Reference[]> {
  const tables = collections.filter(({ type }) => type !== 'view');
  const references = tables
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((collection) =>
      schemaOf(collection).relations.map(({ field }) => ({ collection, field })),
    );
  return Map.groupBy(references, ({ field }) => textOption(field, 'collectionId'));
}
