import type { Collection } from '@davit/domain';
import { AppError } from '@davit/domain';

/** The collections as they were last loaded, by id and by name. */
export class MemoryCatalog {
  #ordered: Collection[] = [];
  #byId = new Map<string, Collection>();
  #byName = new Map<string, Collection>();

  replace(collections: readonly Collection[]): void {
    this.#ordered = [...collections];
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

  list(): Collection[] {
    return [...this.#ordered];
  }
}
