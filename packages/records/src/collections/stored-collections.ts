import { checkBodyFormat } from './body-format.ts';
import {
  AppError,
  type Collection,
  type CollectionStore,
  type Json,
  type JsonObject,
  type QueryConsole,
  type RecordStore,
} from '@davit/domain';
import type { Requester } from '../audit/audit.ts';
import { notFound } from '../failure.ts';
import type { CollectionPage, Collections } from './catalog.ts';
import { CollectionWriter, type WriterParts } from './collection-writer.ts';
import { complete } from './complete.ts';
import { fromBody, renewSecret, scaffolds, text } from './definition.ts';
import { dryRunView, type ViewSample } from './dry-run-view.ts';
import { importBody } from './import-body.ts';
import { IMPORT_FAILED, importFailure, invalidImport } from './import-failure.ts';
import { mergeBody, normalize } from './merge-body.ts';
import { collectionPage } from './page.ts';
import { truncate } from './truncate.ts';

export interface CollectionsParts extends WriterParts {
  store: RecordStore & CollectionStore & QueryConsole;
}

/** What an update says that would give the definition another id. */
function otherId(id: Json): AppError {
  if (typeof id !== 'string' || !/^\w+$/.test(id)) return notFound();
  const mismatch = { code: 'validation_values_mismatch', message: "Values don't match." };
  return new AppError('invalid', 'Failed to update collection.', { data: { id: mismatch } });
}

/** The collections in memory and in the store, changed together. */
export class StoredCollections implements Collections {
  readonly #parts: CollectionsParts;
  readonly #writer: CollectionWriter;
  #loaded = '';

  constructor(parts: CollectionsParts) {
    this.#parts = parts;
    this.#writer = new CollectionWriter(parts);
  }

  find(idOrName: string): Collection | undefined {
    return this.#parts.memory.find(idOrName);
  }

  get(idOrName: string): Collection {
    return this.#parts.memory.get(idOrName);
  }

  list(): Collection[] {
    return this.#parts.memory.list();
  }

  page(parameters: Record<string, string>): Promise<CollectionPage> {
    return collectionPage(this.#parts.core, this.#parts.store, parameters);
  }

  /** What `create` would store. */
  draft(body: JsonObject): Collection {
    return fromBody(body);
  }

  async create(body: JsonObject, by?: Requester): Promise<Collection> {
    return this.insert(this.draft(body), by);
  }

  async insert(collection: Collection, by?: Requester): Promise<Collection> {
    const message = 'Failed to create collection.';
    await this.#writer.save([collection], { message, isNew: true, by });
    return this.find(collection.id) ?? collection;
  }

  /** What `update` would store. */
  merged(idOrName: string, body: JsonObject): Collection {
    const previous = this.get(idOrName);
    const merged = mergeBody(previous, body);
    if (body.id !== undefined && body.id !== previous.id) throw otherId(body.id);
    if (merged.options.authRule !== previous.options.authRule) renewSecret(merged);
    return merged;
  }

  async update(idOrName: string, body: JsonObject, by?: Requester): Promise<Collection> {
    return this.replace(this.merged(idOrName, body), by);
  }

  async replace(merged: Collection, by?: Requester): Promise<Collection> {
    await this.#writer.save([merged], { message: 'Failed to update collection.', by });
    return this.get(merged.id);
  }

  async save(collection: Collection): Promise<Collection> {
    const message = `Failed to ${this.find(collection.id) ? 'update' : 'create'} collection.`;
    const complete = normalize(collection);
    await this.#writer.save([complete], { message });
    return this.get(complete.id);
  }

  delete(idOrName: string, by?: Requester): Promise<void> {
    return this.#writer.delete(this.get(idOrName), by);
  }

  async truncate(idOrName: string): Promise<void> {
    const collection = this.get(idOrName);
    if (collection.type === 'view') {
      const message =
        "View collections cannot be truncated since they don't store their own records.";
      throw new AppError('invalid', message);
    }
    try {
      await truncate(this.#parts, collection);
    } catch (cause) {
      if (!AppError.is(cause, 'invalid')) throw cause;
      const message =
        'Failed to truncate collection (most likely due to required cascade delete record references).';
      throw new AppError('invalid', message, { cause });
    }
  }

  async import(
    bodies: JsonObject[],
    options: { deleteMissing?: boolean; by?: Requester } = {},
  ): Promise<void> {
    const { deleteMissing = false, by } = options;
    try {
      const merged = bodies.map((body) => {
        checkBodyFormat(body);
        const known = this.find(text(body.id) || text(body.name));
        return known
          ? mergeBody(known, importBody(known, body, { deleteMissing }))
          : fromBody(body);
      });
      const named = new Set(merged.map(({ id }) => id));
      const gone = this.list().filter(({ id, system }) => !system && !named.has(id));
      await this.#writer.save(merged, {
        message: IMPORT_FAILED,
        gone: deleteMissing ? gone : [],
        imported: invalidImport,
        by,
      });
    } catch (error) {
      throw importFailure(error);
    }
  }

  scaffolds(): Record<'base' | 'auth' | 'view', JsonObject> {
    return scaffolds();
  }

  dryRunView(query: string): Promise<ViewSample> {
    return dryRunView(query, { console: this.#parts.store, find: (name) => this.find(name) });
  }

  async reload(): Promise<void> {
    const stored = await this.#parts.store.loadCollections();
    this.#loaded = JSON.stringify(stored);
    this.#writer.replace(stored.map(complete));
  }

  /** The same, unless nothing is different from what was last read. */
  async refresh(): Promise<void> {
    const stored = await this.#parts.store.loadCollections();
    if (JSON.stringify(stored) !== this.#loaded) await this.reload();
  }
}
