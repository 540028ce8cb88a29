import type { Collection } from '@davit/domain';
import { bindFilter } from '@davit/filter';
import { changedNames } from './audit/append-audit.ts';
import type { Requester } from './audit/audit.ts';
import { notFound } from './failure.ts';
import type { RecordTx } from './hooks/record-tx.ts';
import type { FindOptions, InternalOperations } from './operations.ts';
import { buildQuery } from './queries/build-query.ts';
import type { RecordData } from './record.ts';
import type { Context } from './requests/context.ts';
import { newDraft } from './requests/create.ts';
import { removeRecord } from './requests/delete.ts';
import { findRecord } from './requests/load.ts';
import { draftOf } from './requests/update.ts';
import { schemaOf } from './schema.ts';
import { CommitUnit } from './write/commit-unit.ts';
import type { Draft } from './write/draft.ts';
import { persist, type CommitStep } from './write/persist.ts';

/** what a 32-bit store can count */
const ALL = 2 ** 31 - 1;

/** Trusted operations in one scope. */
export function internalOperations(context: Context): InternalOperations {
  const { core } = context;
  const load = (collection: Collection, id: string): Promise<RecordData | undefined> =>
    findRecord(context, collection, { id });
  return {
    find: (collection, options) => find(context, core.catalog.get(collection), options),
    get: async (collection, id) => load(core.catalog.get(collection), id),
    save: async (idOrName, record) =>
      saveNoted(context, { collection: core.catalog.get(idOrName), record }),
    async remove(idOrName, id) {
      const collection = core.catalog.get(idOrName);
      const record = await load(collection, id);
      if (record === undefined) throw notFound();
      await removeRecord(context, { collection, record });
    },
    commit: (work) => commit(context, work),
  };
}

interface Saving {
  collection: Collection;
  record: Partial<RecordData>;
  /** absent: the audit log says nothing of it */
  noted?: { by: Requester; action: string };
}

/** As `save`, with an entry in the audit log in the same transaction. */
export async function saveNoted(
  context: Context,
  { collection, record, noted }: Saving,
): Promise<RecordData> {
  const original = record.id ? await findRecord(context, collection, { id: record.id }) : undefined;
  const draft = original ? draftOf(collection, original) : newDraft(collection);
  assignAll(draft, record);
  const note = ({ by, action }: NonNullable<Saving['noted']>): CommitStep => {
    return (tx) => {
      const detail = original ? { changed: changedNames(original, draft.record) } : {};
      tx.audit(by, { action, collection: collection.name, record: draft.record.id, detail });
    };
  };
  await persist(context, draft, noted ? [note(noted)] : []);
  return draft.record;
}

async function commit<T>({ core, scope }: Context, work: (tx: RecordTx) => T): Promise<T> {
  const { result, changes } = await scope.write((tx) => {
    const unit = new CommitUnit(core, tx);
    return { result: work(unit), changes: unit.changes };
  });
  await scope.settle(changes);
  return result;
}

async function find(
  { core, scope }: Context,
  collection: Collection,
  options: FindOptions = {},
): Promise<RecordData[]> {
  const { filter, params = {}, sort, limit = ALL, offset = 0 } = options;
  const query = buildQuery(core, {
    collection,
    trusted: true,
    filter: filter && bindFilter(filter, params),
    sort,
  });
  const { rows } = await scope.find(query, { offset, limit, count: false });
  const schema = schemaOf(collection);
  return rows.map((row) => schema.fromRow(row));
}

/** A password that is not the stored hash is a new one in plain. */
function assignAll(draft: Draft, record: Partial<RecordData>): void {
  const schema = schemaOf(draft.collection);
  for (const [name, value] of Object.entries(record)) {
    const known = schema.get(name);
    if (known === undefined || value === undefined) continue;
    const { kind, field } = known;
    const cast = kind.cast(value, field);
    if (field.type !== 'password') draft.record[name] = cast;
    else if (typeof cast === 'string' && cast !== draft.record[name]) {
      draft.passwords.set(name, cast);
    }
  }
}
