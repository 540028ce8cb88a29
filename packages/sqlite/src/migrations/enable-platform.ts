import type { Collection, Field } from '@davit/domain';
import { AppError, parseIndex } from '@davit/domain';
import type { Database } from 'better-sqlite3';
import { Collections } from '../collections.ts';
import { quoteIdentifier } from '../sql.ts';
import {
  ADDED_FIELDS,
  PLATFORM_IDS,
  platformCollections,
  runningIndex,
  USERS_RULE,
} from './platform-collections.ts';
import { USERS_ID } from './system-collections.ts';

export interface EnableOptions {
  now: Date;
  /** nobody has used the directory yet: registration can be closed without locking anybody out */
  isNew: boolean;
}

/** Whether One-Click's collections are there. */
export function isPlatformEnabled(db: Database): boolean {
  const found = db.prepare('SELECT 1 FROM _collections WHERE id = ?');
  return found.get(PLATFORM_IDS.rollouts) !== undefined;
}

/**
 * Creates the platform's collections, or adds to them what is missing; the transaction is the caller's. Running it
 * again changes nothing. A name taken by a user's own collection is left alone: ours is `davit_<name>` then.
 * Throws `conflict` when the `users` collection is gone.
 */
export function enablePlatform(db: Database, { now, isNew }: EnableOptions): void {
  const store = new Collections(db);
  const stamp = now.toISOString().replace('T', ' ');
  const existing = store.load();
  const users = existing.find(({ id }) => id === USERS_ID);
  if (!users) throw new AppError('conflict', 'The platform needs the users collection.');
  const byId = new Map(existing.map((collection) => [collection.id, collection]));
  const names = new Set(existing.map(({ name }) => name.toLowerCase()));
  for (const wanted of platformCollections(stamp)) {
    const present = byId.get(wanted.id);
    if (present) complete(db, present, stamp);
    else store.save(named(wanted, names), undefined);
  }
  openUsers(db, users, isNew);
}

function named(collection: Collection, taken: ReadonlySet<string>): Collection {
  if (!taken.has(collection.name.toLowerCase())) return collection;
  const name = `davit_${collection.name}`;
  const isRollouts = collection.id === PLATFORM_IDS.rollouts;
  return { ...collection, name, indexes: isRollouts ? [runningIndex(name)] : [] };
}

/** Adds Davit's fields and index to a collection that One-Click made. */
function complete(db: Database, present: Collection, stamp: string): void {
  const isRollouts = present.id === PLATFORM_IDS.rollouts;
  const added = fieldsAddedTo(present.id);
  if (added.length === 0) return;
  const known = new Set(present.fields.map(({ name }) => name.toLowerCase()));
  const fields = added.filter(({ name }) => !known.has(name.toLowerCase()));
  const index = runningIndex(present.name);
  const hasIndex = present.indexes.some(
    (statement) => parseIndex(statement)?.name === parseIndex(index)?.name,
  );
  const indexes = isRollouts && !hasIndex ? [index] : [];
  if (fields.length === 0 && indexes.length === 0) return;
  if (indexes.length > 0) endDuplicates(db, present.name, stamp);
  const next = {
    ...present,
    fields: [...present.fields, ...fields],
    indexes: [...present.indexes, ...indexes],
    updated: stamp,
  };
  new Collections(db).save(next, present);
}

function fieldsAddedTo(id: string): Field[] {
  if (id === PLATFORM_IDS.projects) return ADDED_FIELDS.projects();
  if (id === PLATFORM_IDS.deployments) return ADDED_FIELDS.deployments();
  return id === PLATFORM_IDS.rollouts ? ADDED_FIELDS.rollouts() : [];
}

/** Of several running rollouts of a deployment the newest goes on. */
function endDuplicates(db: Database, name: string, stamp: string): void {
  const table = quoteIdentifier(name);
  db.exec(`UPDATE ${table} SET endDate = '' WHERE endDate IS NULL`);
  db.prepare(
    `UPDATE ${table} SET endDate = ? WHERE endDate = '' AND id NOT IN (
       SELECT id FROM (
         SELECT id, row_number() OVER (
           PARTITION BY deployment ORDER BY startDate DESC, created DESC, _rowid_ DESC
         ) AS position FROM ${table} WHERE endDate = ''
       ) WHERE position = 1
     )`,
  ).run(stamp);
}

/** Touches a rule only while it is PocketBase's own default. */
function openUsers(db: Database, users: Collection, isNew: boolean): void {
  const blueprints = db
    .prepare<[string], string>('SELECT name FROM _collections WHERE id = ?')
    .pluck()
    .get(PLATFORM_IDS.blueprints);
  const rule = USERS_RULE.replaceAll('blueprints', blueprints ?? 'blueprints');
  const read = (current: string | null): string | null =>
    current === 'id = @request.auth.id' ? rule : current;
  const next = {
    ...users,
    listRule: read(users.listRule),
    viewRule: read(users.viewRule),
    createRule: isNew ? null : users.createRule,
  };
  if (JSON.stringify(next) !== JSON.stringify(users)) new Collections(db).save(next, users);
}
