import {
  AppError,
  type Collection,
  type CollectionStore,
  type Json,
  type JsonObject,
  type RecordStore,
  type WriteTx,
} from '@davit/domain';
import type { Core } from '../core.ts';
import { formatDate } from '../fields/date.ts';
import { randomSecret } from './auth-scaffold.ts';
import type { CollectionPage, Collections } from './catalog.ts';
import { collectionPage } from './page.ts';
import { isKnownType, mergeBody, normalize } from './merge-body.ts';
import type { MemoryCatalog } from './memory-catalog.ts';
import { generatedCollectionId, scaffold } from './scaffold.ts';
import { truncate } from './truncate.ts';
import { validateCollection } from './validate-collection.ts';
import { fieldsOfView, saveView } from './save-view.ts';

type Store = RecordStore & CollectionStore;

export interface CollectionEvents {
  /** the catalog is another one now */
  changed(): void;
}

/** The collections in memory and in the store, changed together. */
export class StoredCollections implements Collections {
  readonly #memory: MemoryCatalog;
  readonly #store: Store;
  readonly #core: Core;
  readonly #events: CollectionEvents;
  readonly #truncate: (collection: Collection) => Promise<void>;

  constructor(parts: {
    memory: MemoryCatalog;
    store: Store;
    core: Core;
    events: CollectionEvents;
  }) {
    this.#memory = parts.memory;
    this.#store = parts.store;
    this.#core = parts.core;
    this.#events = parts.events;
    this.#truncate = (collection) => truncate(parts.core, parts.store, collection);
  }

  find(idOrName: string): Collection | undefined {
    return this.#memory.find(idOrName);
  }

  get(idOrName: string): Collection {
    return this.#memory.get(idOrName);
  }

  list(): Collection[] {
    return this.#memory.list();
  }

  page(parameters: Record<string, string>): Promise<CollectionPage> {
    return collectionPage(this.#core, this.#store, parameters);
  }

  async create(body: JsonObject): Promise<Collection> {
    const collection = fromBody(body);
    const twin = this.find(collection.id);
    if (twin) throw taken(collection, twin);
    await this.#write([collection], 'Failed to create collection.');
    return this.get(collection.id);
  }

  async update(idOrName: string, body: JsonObject): Promise<Collection> {
    const previous = this.get(idOrName);
    const merged = mergeBody(previous, body);
    if (merged.options.authRule !== previous.options.authRule) renewSecret(merged);
    await this.#write([merged], 'Failed to update collection.');
    return this.get(previous.id);
  }

  async save(collection: Collection): Promise<Collection> {
    const message = `Failed to ${this.find(collection.id) ? 'update' : 'create'} collection.`;
    const complete = normalize(collection);
    await this.#write([complete], message);
    return this.get(complete.id);
  }

  async delete(idOrName: string): Promise<void> {
    const collection = this.get(idOrName);
    if (collection.system) {
      throw new AppError('invalid', 'System collections cannot be deleted.');
    }
    const referring = this.list().filter(
      ({ id, fields }) =>
        id !== collection.id &&
        fields.some((field) => field.type === 'relation' && field.collectionId === collection.id),
    );
    if (referring.length > 0) {
      const names = referring.map(({ name }) => name).join(', ');
      const message = `Failed to delete collection probably due to existing reference in ${names}.`;
      throw new AppError('invalid', message);
    }
    await this.#store.write((tx) => {
      tx.collections.delete(collection);
    });
    this.#replace(this.list().filter(({ id }) => id !== collection.id));
  }

  async truncate(idOrName: string): Promise<void> {
    const collection = this.get(idOrName);
    if (collection.type === 'view') {
      throw new AppError('invalid', 'View collections cannot be truncated.');
    }
    await this.#truncate(collection);
  }

  async import(bodies: JsonObject[], options: { deleteMissing?: boolean } = {}): Promise<void> {
    const merged = bodies.map((body) => {
      const { id = '', name = '' } = body;
      const known = this.find(text(id)) ?? this.find(text(name));
      return known ? mergeBody(known, keepFields(known, body, options)) : fromBody(body);
    });
    const named = new Set(merged.map(({ id }) => id));
    const gone = this.list().filter(
      ({ id, system }) => options.deleteMissing === true && !system && !named.has(id),
    );
    await this.#write(merged, 'Failed to import collections.', gone);
  }

  scaffolds(): Record<'base' | 'auth' | 'view', JsonObject> {
    const { base, auth, view } = {
      base: scaffold('base'),
      auth: scaffold('auth'),
      view: scaffold('view'),
    };
    return { base: publicJson(base), auth: publicJson(auth), view: publicJson(view) };
  }

  async reload(): Promise<void> {
    this.#replace(await this.#store.loadCollections());
  }

  /** Checks all, then saves all in one transaction. */
  async #write(
    collections: readonly Collection[],
    message: string,
    gone: readonly Collection[] = [],
  ): Promise<void> {
    const now = formatDate(this.#core.clock.now());
    const next = collections.map((collection) => ({
      ...this.#withViewFields(collection, message),
      created: collection.created || now,
      updated: now,
    }));
    this.#check(next, gone, message);
    await this.#store.write((tx) => {
      this.#saveAll(tx, next, { gone, message });
    });
    const kept = this.list().filter(({ id }) => !gone.some((item) => item.id === id));
    const byId = new Map([...kept, ...next].map((collection) => [collection.id, collection]));
    this.#replace([...byId.values()]);
  }

  #check(next: readonly Collection[], gone: readonly Collection[], message: string): void {
    const others = this.list().filter(
      ({ id }) => ![...next, ...gone].some((collection) => collection.id === id),
    );
    const all = [...others, ...next];
    const find = (wanted: string): Collection | undefined =>
      all.find(({ id }) => id === wanted) ??
      all.find(({ name }) => name.toLowerCase() === wanted.toLowerCase());
    for (const collection of next) {
      const previous = this.#memory.find(collection.id);
      const stored = previous?.id === collection.id ? previous : undefined;
      const errors = validateCollection(collection, { previous: stored, find, list: () => all });
      if (Object.keys(errors).length > 0) throw new AppError('invalid', message, { data: errors });
    }
  }

  #saveAll(
    tx: WriteTx,
    next: readonly Collection[],
    { gone, message }: { gone: readonly Collection[]; message: string },
  ): void {
    // views first: a table they read cannot be changed under them
    const views = gone.filter(({ type }) => type === 'view');
    for (const collection of views) tx.collections.delete(collection);
    for (const collection of next) {
      const previous = this.list().find(({ id }) => id === collection.id);
      if (collection.type === 'view') saveView(tx, collection, { previous, message });
      else tx.collections.save(collection, previous);
    }
    for (const collection of gone) {
      if (collection.type !== 'view') tx.collections.delete(collection);
    }
  }

  /** The fields of a view follow from its query, whatever was sent. */
  #withViewFields(collection: Collection, message: string): Collection {
    if (collection.type !== 'view') return collection;
    const { viewQuery } = collection.options;
    const query = typeof viewQuery === 'string' ? viewQuery : '';
    const before = this.list().find(({ id }) => id === collection.id);
    if (before?.options.viewQuery === query) return { ...collection, fields: before.fields };
    return { ...collection, fields: fieldsOfView(query, (name) => this.find(name), message) };
  }

  #replace(collections: readonly Collection[]): void {
    this.#memory.replace(collections);
    this.#events.changed();
  }
}

function fromBody(body: JsonObject): Collection {
  const type = body.type === undefined || body.type === '' ? 'base' : body.type;
  if (!isKnownType(type)) {
    const error = { code: 'validation_in_invalid', message: 'Must be a valid value.' };
    throw new AppError('invalid', 'Failed to create collection.', { data: { type: error } });
  }
  const name = text(body.name ?? '');
  const id = text(body.id ?? '') || generatedCollectionId(type, name);
  return mergeBody({ ...scaffold(type), id, system: body.system === true }, body);
}

/** What an import does not list stays, unless asked otherwise. */
function keepFields(
  known: Collection,
  body: JsonObject,
  { deleteMissing = false }: { deleteMissing?: boolean },
): JsonObject {
  if (deleteMissing || !Array.isArray(body.fields)) return body;
  const listed = body.fields.filter(isObject);
  const others = known.fields.filter(
    (field) => !listed.some(({ id, name }) => id === field.id || name === field.name),
  );
  return { ...body, fields: [...listed, ...(others as unknown as JsonObject[])] };
}

/** Generated ids follow from the name: a name that is taken shows as such. */
function taken(collection: Collection, twin: Collection): AppError {
  const sameName = collection.name.toLowerCase() === twin.name.toLowerCase();
  const data = sameName
    ? {
        name: {
          code: 'validation_collection_name_exists',
          message: 'Collection name must be unique (case insensitive).',
        },
      }
    : {
        id: {
          code: 'validation_invalid_or_existing_id',
          message: 'The model id is invalid or already exists.',
        },
      };
  return new AppError('invalid', 'Failed to create collection.', { data });
}

/** Another auth rule: nobody stays signed in by the old one. */
function renewSecret(collection: Collection): void {
  const { authToken } = collection.options;
  collection.options = {
    ...collection.options,
    authToken: { ...(isObject(authToken) ? authToken : {}), secret: randomSecret() },
  };
}

function publicJson({ options, ...common }: Collection): JsonObject {
  const shown = Object.entries(options).map(([key, value]) => [key, withoutSecret(value)] as const);
  return { ...(common as unknown as JsonObject), ...Object.fromEntries(shown) };
}

function withoutSecret(value: Json): Json {
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([key]) => key !== 'secret'));
}

function isObject(value: Json | undefined): value is JsonObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
