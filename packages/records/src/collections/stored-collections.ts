import {
  AppError,
  type Collection,
  type CollectionStore,
  type FieldErrors,
  type Json,
  type JsonObject,
  type QueryConsole,
  type RecordStore,
  type WriteTx,
} from '@davit/domain';
import { appendAudit, changedNames } from '../audit/append-audit.ts';
import type { AuditNote, Requester } from '../audit/audit.ts';
import type { Core } from '../core.ts';
import { formatDate } from '../fields/date.ts';
import { randomText } from '../fields/random.ts';
import { randomSecret } from './auth-scaffold.ts';
import type { CollectionPage, Collections } from './catalog.ts';
import { notFound } from '../failure.ts';
import { changedViews } from './dependent-views.ts';
import { dryRunView, type ViewSample } from './dry-run-view.ts';
import { importBody } from './import-body.ts';
import { IMPORT_FAILED, importFailure, invalidImport } from './import-failure.ts';
import { complete } from './complete.ts';
import { collectionPage } from './page.ts';
import { isKnownType, mergeBody, normalize } from './merge-body.ts';
import type { MemoryCatalog } from './memory-catalog.ts';
import type { Scope } from '../scope.ts';
import { generatedCollectionId, scaffold, withAuthIndexes } from './scaffold.ts';
import { truncate } from './truncate.ts';
import { validateCollection } from './validate-collection.ts';
import { fieldsOfView, readView, saveView } from './save-view.ts';

type Store = RecordStore & CollectionStore & QueryConsole;

export interface CollectionEvents {
  /** the catalog is another one now */
  changed(): void;
}

type Find = (idOrName: string) => Collection | undefined;

interface WriteOptions {
  /** of whatever is refused */
  message: string;
  /** deleted with it */
  gone?: readonly Collection[];
  /** the refusal of one definition; default: its complaints under `message` */
  invalid?: (collection: Collection, errors: FieldErrors) => AppError;
  by?: Requester | undefined;
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
    scope: Scope;
    events: CollectionEvents;
  }) {
    this.#memory = parts.memory;
    this.#store = parts.store;
    this.#core = parts.core;
    this.#events = parts.events;
    this.#truncate = (collection) => truncate(parts, collection);
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

  async create(body: JsonObject, by?: Requester): Promise<Collection> {
    const collection = fromBody(body);
    const twin = this.find(collection.id);
    if (twin) throw taken(collection, twin);
    await this.#write([collection], { message: 'Failed to create collection.', by });
    return this.get(collection.id);
  }

  async update(idOrName: string, body: JsonObject, by?: Requester): Promise<Collection> {
    const previous = this.get(idOrName);
    if (body.id !== undefined && body.id !== previous.id) throw notFound();
    const merged = mergeBody(previous, body);
    if (merged.options.authRule !== previous.options.authRule) renewSecret(merged);
    await this.#write([merged], { message: 'Failed to update collection.', by });
    return this.get(previous.id);
  }

  async save(collection: Collection): Promise<Collection> {
    const message = `Failed to ${this.find(collection.id) ? 'update' : 'create'} collection.`;
    const complete = normalize(collection);
    await this.#write([complete], { message });
    return this.get(complete.id);
  }

  async delete(idOrName: string, by?: Requester): Promise<void> {
    const collection = this.get(idOrName);
    const names = this.#referring(collection).map(({ name }) => name);
    const reason =
      names.length > 0 ? ` probably due to existing reference in ${names.join(', ')}` : '';
    const message = `Failed to delete collection${reason}.`;
    if (collection.system || names.length > 0) throw new AppError('invalid', message);
    const views = this.list().filter(({ type, id }) => type === 'view' && id !== collection.id);
    await this.#store.write((tx) => {
      tx.collections.delete(collection);
      this.#note(tx, by, { action: 'collection.delete', collection: collection.name });
      try {
        for (const view of views) readView(tx, view);
      } catch (cause) {
        throw new AppError('invalid', message, { cause });
      }
    });
    this.#replace(this.list().filter(({ id }) => id !== collection.id));
    await this.#core.files?.deleteAll(collection.id);
  }

  /** Other collections with a relation to this one. */
  #referring(collection: Collection): Collection[] {
    return this.list().filter(
      ({ id, fields }) =>
        id !== collection.id &&
        fields.some((field) => field.type === 'relation' && field.collectionId === collection.id),
    );
  }

  async truncate(idOrName: string): Promise<void> {
    const collection = this.get(idOrName);
    if (collection.type === 'view') {
      const message =
        "View collections cannot be truncated since they don't store their own records.";
      throw new AppError('invalid', message);
    }
    try {
      await this.#truncate(collection);
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
        const known = this.find(text(body.id) || text(body.name));
        return known
          ? mergeBody(known, importBody(known, body, { deleteMissing }))
          : fromBody(body);
      });
      const named = new Set(merged.map(({ id }) => id));
      const gone = this.list().filter(({ id, system }) => !system && !named.has(id));
      await this.#write(merged, {
        message: IMPORT_FAILED,
        gone: deleteMissing ? gone : [],
        invalid: invalidImport,
        by,
      });
    } catch (error) {
      throw importFailure(error);
    }
  }

  scaffolds(): Record<'base' | 'auth' | 'view', JsonObject> {
    const [base, bare, view] = [scaffold('base'), scaffold('auth'), scaffold('view')];
    const auth = { ...bare, indexes: withAuthIndexes({ ...bare, id: randomText(10) }) };
    return { base: publicJson(base), auth: publicJson(auth), view: publicJson(view) };
  }

  dryRunView(query: string): Promise<ViewSample> {
    return dryRunView(query, { console: this.#store, find: (name) => this.find(name) });
  }

  async reload(): Promise<void> {
    this.#replace((await this.#store.loadCollections()).map(complete));
  }

  /** Checks all, then saves all in one transaction, with the views that follow from them. */
  async #write(collections: readonly Collection[], options: WriteOptions): Promise<void> {
    const { message, gone = [], by } = options;
    const now = formatDate(this.#core.clock.now());
    const stamped = tablesFirst(collections).map((collection) => ({
      ...collection,
      created: collection.created || now,
      updated: now,
    }));
    const touched = new Set([...stamped, ...gone].map(({ id }) => id));
    const others = this.list().filter(({ id }) => !touched.has(id));
    const find = finder([...others, ...stamped]);
    const next = stamped.map((collection) => this.#withViewFields(collection, find, message));
    const all = [...others, ...next];
    this.#check(next, all, options);
    const views = others.filter(({ type }) => type === 'view');
    const saved = [...next, ...changedViews(views, finder(all))];
    await this.#store.write((tx) => {
      this.#saveAll(tx, saved, { gone, message });
      for (const collection of next) this.#noteSaved(tx, by, collection);
      for (const { name } of gone) {
        this.#note(tx, by, { action: 'collection.delete', collection: name });
      }
    });
    const byId = new Map([...this.list(), ...saved].map((item) => [item.id, item]));
    for (const { id } of gone) byId.delete(id);
    this.#replace([...byId.values()]);
  }

  #noteSaved(tx: WriteTx, by: Requester | undefined, collection: Collection): void {
    const previous = this.list().find(({ id }) => id === collection.id);
    const action = previous ? 'collection.update' : 'collection.create';
    const changed = previous && changedNames(previous, collection);
    const detail = changed ? { changed } : {};
    this.#note(tx, by, { action, collection: collection.name, detail });
  }

  #note(tx: WriteTx, by: Requester | undefined, note: AuditNote): void {
    if (by) appendAudit(tx, this.#core.clock, { by, note });
  }

  #check(next: readonly Collection[], all: Collection[], options: WriteOptions): void {
    const { message, invalid } = options;
    for (const collection of next) {
      const previous = this.list().find(({ id }) => id === collection.id);
      const context = { previous, find: finder(all), list: () => all };
      const errors = validateCollection(collection, context);
      if (Object.keys(errors).length === 0) continue;
      throw invalid?.(collection, errors) ?? new AppError('invalid', message, { data: errors });
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
      else saveTable(tx, collection, { previous, message });
    }
    for (const collection of gone) {
      if (collection.type !== 'view') tx.collections.delete(collection);
    }
  }

  /** The fields of a view follow from its query, whatever was sent. */
  #withViewFields(collection: Collection, find: Find, message: string): Collection {
    if (collection.type !== 'view') return collection;
    const { viewQuery } = collection.options;
    const query = typeof viewQuery === 'string' ? viewQuery : '';
    const before = this.list().find(({ id }) => id === collection.id);
    if (before?.options.viewQuery === query) return { ...collection, fields: before.fields };
    return { ...collection, fields: fieldsOfView(query, find, message) };
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

/** Throws `invalid` under `message` for indexes that cannot be made. */
function saveTable(
  tx: WriteTx,
  collection: Collection,
  { previous, message }: { previous: Collection | undefined; message: string },
): void {
  try {
    tx.collections.save(collection, previous);
  } catch (error) {
    if (!AppError.is(error, 'invalid') || !error.data) throw error;
    throw new AppError('invalid', message, { data: error.data, cause: error });
  }
}

/** Views last: they may read what is saved with them. */
function tablesFirst(collections: readonly Collection[]): Collection[] {
  const isView = ({ type }: Collection): boolean => type === 'view';
  return [...collections.filter((item) => !isView(item)), ...collections.filter(isView)];
}

function finder(collections: readonly Collection[]): Find {
  return (wanted) =>
    collections.find(({ id }) => id === wanted) ??
    collections.find(({ name }) => name.toLowerCase() === wanted.toLowerCase());
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
