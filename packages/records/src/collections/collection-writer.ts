import {
  AppError,
  type Collection,
  type FieldErrors,
  type QueryConsole,
  type WriteTx,
} from '@davit/domain';
import { appendAudit, changedPaths } from '../audit/append-audit.ts';
import type { AuditNote, Requester } from '../audit/audit.ts';
import type { Core } from '../core.ts';
import { formatDate } from '../fields/date.ts';
import { runExecute, runModel, WRITE_OF } from '../hooks/model-chain.ts';
import type { Scope } from '../scope.ts';
import {
  runCollectionWork,
  subjectOf,
  type CollectionChange,
  type DoneWork,
} from './collection-work.ts';
import { taken } from './definition.ts';
import { changedViews } from './dependent-views.ts';
import type { MemoryCatalog } from './memory-catalog.ts';
import { removeSessions } from './remove-sessions.ts';
import { sampleViews, type ViewSamples } from './sample-views.ts';
import { checkReadable, fieldsOfView, saveView, viewErrors } from './save-view.ts';
import { validateCollection } from './validate-collection.ts';
import { isSameQuery, viewQueryOf } from './view-fields.ts';

export interface WriteOptions {
  /** of whatever is refused */
  message: string;
  /** deleted with it */
  gone?: readonly Collection[];
  /** part of an import: `onCollectionValidate` is not for it; the refusal of one definition */
  imported?: (collection: Collection, errors: FieldErrors) => AppError;
  /** they must not be there yet */
  isNew?: boolean;
  by?: Requester | undefined;
}

interface SaveOptions extends WriteOptions {
  samples?: ViewSamples;
}

export interface WriterParts {
  memory: MemoryCatalog;
  core: Core;
  scope: Scope;
  store: QueryConsole;
  /** the catalog is another one now */
  events: { changed(): void };
}

type Find = (idOrName: string) => Collection | undefined;

/** What is to be stored, and what everything looks like then. */
interface Plan {
  next: Collection[];
  others: Collection[];
  all: Collection[];
  /** what is wrong with the queries of views, by id */
  refused: Map<string, FieldErrors>;
}

/** Changes definitions and tables together, with their hooks; then what is in memory. */
export class CollectionWriter {
  readonly #parts: WriterParts;

  constructor(parts: WriterParts) {
    this.#parts = parts;
  }

  /** Checks all, then saves all in one transaction, with the views that follow from them. */
  async save(collections: readonly Collection[], options: WriteOptions): Promise<void> {
    const saved = tablesFirst(collections).map((collection) => this.#changeOf(collection));
    const gone = (options.gone ?? []).map(removalOf);
    await runCollectionWork(this.#parts, [...saved, ...gone], async () => {
      const plan = await this.#checked(saved, options);
      return this.#store(plan, options);
    });
  }

  async delete(collection: Collection, by?: Requester): Promise<void> {
    const { core, scope } = this.#parts;
    const changes = [removalOf(collection)];
    await runCollectionWork(this.#parts, changes, async () => {
      await scope.exclusively((tx) => this.#remove(tx, collection, by));
      const restore = this.replace(this.#list().filter(({ id }) => id !== collection.id));
      return { changes, committed: () => removeFiles(core, [collection]), restore };
    });
  }

  /** Answers how to take it back. */
  replace(collections: readonly Collection[]): () => void {
    const { memory, events } = this.#parts;
    const before = memory.list();
    memory.replace(collections);
    events.changed();
    return () => {
      memory.replace(before);
      events.changed();
    };
  }

  #now(): string {
    return formatDate(this.#parts.core.clock.now());
  }

  #list(): Collection[] {
    return this.#parts.memory.list();
  }

  #stored(id: string): Collection | undefined {
    return this.#list().find((known) => known.id === id);
  }

  #changeOf(collection: Collection): CollectionChange {
    const original = this.#stored(collection.id);
    return original ? { action: 'update', collection, original } : { action: 'create', collection };
  }

  async #checked(changes: readonly CollectionChange[], options: WriteOptions): Promise<Plan> {
    let plan: Plan | undefined;
    const check = (): void => {
      plan = this.#plan(changes, options);
      this.#check(plan, options);
    };
    const { chains } = this.#parts.core;
    const [change] = changes;
    if (options.imported || change === undefined) check();
    else {
      await runModel({ chains, phase: 'Validate' }, subjectOf(change), ({ collection }) => {
        change.collection = collection;
        check();
      });
    }
    return plan ?? this.#plan(changes, options);
  }

  #plan(changes: readonly CollectionChange[], { message, gone = [] }: WriteOptions): Plan {
    const now = this.#now();
    const stamped = changes.map(({ collection }) => ({
      ...collection,
      created: collection.created || now,
      updated: now,
    }));
    const touched = new Set([...stamped, ...gone].map(({ id }) => id));
    const others = this.#list().filter(({ id }) => !touched.has(id));
    const find = finder([...others, ...stamped]);
    const refused = new Map<string, FieldErrors>();
    const next = stamped.map((collection) => {
      try {
        return this.#withViewFields(collection, find, message);
      } catch (error) {
        if (!AppError.is(error, 'invalid') || !error.data) throw error;
        refused.set(collection.id, error.data);
        return { ...collection, fields: [] };
      }
    });
    return { next, others, all: [...others, ...next], refused };
  }

  async #store({ next, others, all }: Plan, options: WriteOptions): Promise<DoneWork> {
    const { gone = [] } = options;
    const updated = this.#now();
    const changed = changedViews(others.filter(isView), finder(all));
    const views = changed.map((view) => ({ ...view, updated }));
    const samples = await sampleViews(this.#parts.store, this.#withNewQuery(next));
    const saved = await this.#parts.scope.exclusively(async (tx) => {
      await this.#saveAll(tx, next, { ...options, samples });
      return [...next, ...this.#follow(tx, views, options)];
    });
    const changes = [
      ...saved.map((collection) => this.#changeOf(collection)),
      ...gone.map(removalOf),
    ];
    const byId = new Map([...this.#list(), ...saved].map((item) => [item.id, item]));
    for (const { id } of gone) byId.delete(id);
    const restore = this.replace([...byId.values()]);
    return { changes, committed: () => removeFiles(this.#parts.core, gone), restore };
  }

  #check({ next, all, refused }: Plan, { message, imported, isNew }: WriteOptions): void {
    for (const collection of next) {
      const previous = this.#stored(collection.id);
      if (isNew && previous) throw taken(collection, previous);
      const context = { previous, find: finder(all), list: () => all };
      const errors = {
        ...validateCollection(collection, context),
        ...(refused.get(collection.id) ?? viewErrors(collection)),
      };
      if (Object.keys(errors).length === 0) continue;
      throw imported?.(collection, errors) ?? new AppError('invalid', message, { data: errors });
    }
  }

  #withNewQuery(next: readonly Collection[]): Collection[] {
    return next.filter((view) => isView(view) && !isSameQuery(this.#stored(view.id), view));
  }

  async #saveAll(tx: WriteTx, saved: readonly Collection[], options: SaveOptions): Promise<void> {
    const { gone = [], by } = options;
    for (const collection of gone) await removeSessions(this.#parts, tx, collection);
    // views first: a table they read cannot be changed under them
    for (const collection of gone.filter(isView)) this.#drop(tx, collection, { by });
    for (const collection of saved) this.#saveOne(tx, collection, options);
    for (const collection of gone) if (!isView(collection)) this.#drop(tx, collection, { by });
  }

  #saveOne(tx: WriteTx, collection: Collection, options: SaveOptions): void {
    const { message, imported, by } = options;
    const sample = options.samples?.get(collection.id);
    const change = this.#changeOf(collection);
    this.#execute(change, () => {
      const { original: previous } = change;
      if (isView(collection)) saveView(tx, collection, { previous, message, sample });
      else if (imported) tx.collections.save(collection, previous);
      else saveTable(tx, collection, { previous, message });
    });
    this.#noteSaved(tx, by, change);
  }

  /** Saves the views that follow from what was saved; one that cannot be read any more is left for its owner. */
  #follow(tx: WriteTx, views: readonly Collection[], options: WriteOptions): Collection[] {
    return views.filter((view) => {
      try {
        checkReadable(tx, this.#stored(view.id) ?? view);
      } catch (error) {
        if (!AppError.is(error, 'invalid')) throw error;
        const fields = { view: view.name, error: error.message };
        this.#parts.core.logger.log('warn', 'a view cannot be read any more', fields);
        return false;
      }
      this.#saveOne(tx, view, options);
      return true;
    });
  }

  async #remove(tx: WriteTx, collection: Collection, by: Requester | undefined): Promise<void> {
    const names = this.#referring(collection).map(({ name }) => name);
    const reason =
      names.length > 0 ? ` probably due to existing reference in ${names.join(', ')}` : '';
    const message = `Failed to delete collection${reason}.`;
    const isKept = collection.system || names.length > 0;
    if (!isKept) await removeSessions(this.#parts, tx, collection);
    const refusal = isKept ? new AppError('invalid', message) : undefined;
    this.#drop(tx, collection, { by, refusal });
    try {
      for (const view of this.#list()) {
        if (isView(view) && view.id !== collection.id) checkReadable(tx, view);
      }
    } catch (cause) {
      throw new AppError('invalid', message, { cause });
    }
  }

  #drop(
    tx: WriteTx,
    collection: Collection,
    { by, refusal }: { by: Requester | undefined; refusal?: AppError | undefined },
  ): void {
    this.#execute(removalOf(collection), () => {
      if (refusal) throw refusal;
      tx.collections.delete(collection);
    });
    this.#note(tx, by, { action: 'collection.delete', collection: collection.name });
  }

  #execute(change: CollectionChange, last: () => void): void {
    const { chains } = this.#parts.core;
    runExecute({ chains, write: WRITE_OF[change.action] }, subjectOf(change), last);
  }

  #noteSaved(
    tx: WriteTx,
    by: Requester | undefined,
    { collection, original }: CollectionChange,
  ): void {
    const action = original ? 'collection.update' : 'collection.create';
    const detail = original
      ? { changed: changedPaths(asShown(original), asShown(collection)) }
      : {};
    this.#note(tx, by, { action, collection: collection.name, detail });
  }

  #note(tx: WriteTx, by: Requester | undefined, note: AuditNote): void {
    if (by) appendAudit(tx, this.#parts.core.clock, { by, note });
  }

  /** Other collections with a relation to this one. */
  #referring(collection: Collection): Collection[] {
    return this.#list().filter(
      ({ id, fields }) =>
        id !== collection.id &&
        fields.some((field) => field.type === 'relation' && field.collectionId === collection.id),
    );
  }

  /** The fields of a view follow from its query, whatever was sent. */
  #withViewFields(collection: Collection, find: Find, message: string): Collection {
    if (collection.type !== 'view') return collection;
    const before = this.#stored(collection.id);
    if (before && isSameQuery(before, collection)) return { ...collection, fields: before.fields };
    return { ...collection, fields: fieldsOfView(viewQueryOf(collection), find, message) };
  }
}

function removalOf(collection: Collection): CollectionChange {
  return { action: 'delete', collection, original: collection };
}

async function removeFiles({ files }: Core, gone: readonly Collection[]): Promise<void> {
  for (const { id } of gone) await files?.deleteAll(id);
}

/** Throws `invalid` under `message` for what the database does not take. */
function saveTable(
  tx: WriteTx,
  collection: Collection,
  { previous, message }: { previous: Collection | undefined; message: string },
): void {
  try {
    tx.collections.save(collection, previous);
  } catch (error) {
    if (!AppError.is(error, 'invalid')) throw error;
    const { data, message: reason } = error;
    if (data) throw new AppError('invalid', message, { data, cause: error });
    throw new AppError('invalid', `${message} Raw error: \n${reason}.`, { cause: error });
  }
}

function isView({ type }: Collection): boolean {
  return type === 'view';
}

/** Views last: they may read what is saved with them. */
function tablesFirst(collections: readonly Collection[]): Collection[] {
  return [...collections.filter((item) => !isView(item)), ...collections.filter(isView)];
}

function finder(collections: readonly Collection[]): Find {
  return (wanted) =>
    collections.find(({ id }) => id === wanted) ??
    collections.find(({ name }) => name.toLowerCase() === wanted.toLowerCase());
}

/** With its options beside its other members, where the API has them. */
function asShown({ options, ...members }: Collection): object {
  return { ...members, ...options };
}
