import {
  AppError,
  type Collection,
  type FieldErrors,
  type PlatformTx,
  type Row,
  type WriteTx,
} from '@davit/domain';
import type { Core } from '../core.ts';
import { notFound, notUnique } from '../failure.ts';
import { castList } from '../fields/cast.ts';
import { formatDate } from '../fields/date.ts';
import { textOption } from '../fields/field-kind.ts';
import { MISSING_RELATION } from '../fields/relation.ts';
import { autogenerate } from '../fields/text.ts';
import type { HookChain } from '../hooks/chain.ts';
import type { RecordCommitEvent } from '../hooks/events.ts';
import type { RecordTx } from '../hooks/record-tx.ts';
import type { RecordData } from '../record.ts';
import { schemaOf } from '../schema.ts';
import {
  afterAuthSave,
  beforeAuthSave,
  beforeAuthRemove,
  type AuthTables,
} from './auth-effects.ts';
import { releaseReferences, type Cascade } from './cascade.ts';
import type { Change } from './draft.ts';

/**
 * One piece of synchronous work in a transaction. Everything that changes a record passes here: request
 * operations, commit steps, cascades.
 */
export class CommitUnit implements RecordTx, AuthTables, Cascade {
  readonly changes: Change[] = [];
  readonly core: Core;
  readonly tx: WriteTx;

  constructor(core: Core, tx: WriteTx) {
    this.core = core;
    this.tx = tx;
  }

  get platform(): PlatformTx {
    return this.tx.platform;
  }

  get(collection: string, id: string): RecordData | undefined {
    return this.load(this.core.catalog.get(collection), id);
  }

  load(collection: Collection, id: string): RecordData | undefined {
    const row = this.tx.get(collection, id);
    return row && schemaOf(collection).fromRow(row);
  }

  find(collection: string, where: Row): RecordData[] {
    const definition = this.core.catalog.get(collection);
    const schema = schemaOf(definition);
    return this.tx.find(definition, where).map((row) => schema.fromRow(row));
  }

  save(collection: string, record: Partial<RecordData>): RecordData {
    const definition = this.core.catalog.get(collection);
    const schema = schemaOf(definition);
    const original = record.id ? this.load(definition, record.id) : undefined;
    const target = original === undefined ? schema.empty() : { ...original };
    for (const [name, value] of Object.entries(record)) {
      const known = schema.get(name);
      if (known && value !== undefined) target[name] = known.kind.cast(value, known.field);
    }
    this.store(definition, target, original);
    return target;
  }

  remove(collection: string, id: string): void {
    const definition = this.core.catalog.get(collection);
    const record = this.load(definition, id);
    if (record === undefined) throw notFound();
    this.delete(definition, record);
  }

  /** Inserts or updates; fills what the server fills. */
  store(collection: Collection, record: RecordData, original: RecordData | undefined): void {
    const action = original === undefined ? 'create' : 'update';
    if (original === undefined) fillGenerated(collection, record);
    const event = { collection, record, tx: this, ...(original && { original }) };
    const chain = action === 'create' ? 'onRecordCreate' : 'onRecordUpdate';
    this.#run(this.core.chains[chain], event, ({ record: final }) => {
      this.#write(collection, final, original);
      this.changes.push({ action, collection, record: final, ...(original && { original }) });
      if (collection.type === 'auth') afterAuthSave(this, collection, { record: final, original });
    });
  }

  delete(collection: Collection, record: RecordData): void {
    this.#run(this.core.chains.onRecordDelete, { collection, record, tx: this }, () => {
      if (collection.type === 'auth') beforeAuthRemove(this, collection, record);
      const audience = this.core.audience.of(this.tx, collection, record);
      this.tx.delete(collection, record.id);
      this.changes.push({ action: 'delete', collection, record, ...(audience && { audience }) });
      releaseReferences(this, collection, record.id);
    });
  }

  /** Complaints about relations to records that are not there. */
  missingRelations(collection: Collection, record: RecordData): FieldErrors {
    const errors: FieldErrors = {};
    for (const { name, field } of schemaOf(collection).relations) {
      const target = this.core.catalog.find(textOption(field, 'collectionId'));
      const ids = castList(record[name] ?? null);
      if (ids.length > 0 && !(target && ids.every((id) => this.tx.get(target, id)))) {
        errors[name] = MISSING_RELATION;
      }
    }
    return errors;
  }

  #write(collection: Collection, record: RecordData, original: RecordData | undefined): void {
    stampDates(collection, record, {
      isNew: original === undefined,
      now: formatDate(this.core.clock.now()),
    });
    if (collection.type === 'auth') beforeAuthSave(this, collection, { record, original });
    const schema = schemaOf(collection);
    const row = schema.toRow(record);
    try {
      if (original === undefined) this.tx.insert(collection, row);
      else this.tx.update(collection, original.id, changed(row, schema.toRow(original)));
    } catch (error) {
      if (!AppError.is(error, 'conflict')) throw error;
      throw new AppError('conflict', error.message, { data: notUnique(error), cause: error });
    }
  }

  #run(
    chain: HookChain<RecordCommitEvent, void>,
    event: Omit<RecordCommitEvent, 'next'>,
    last: (event: RecordCommitEvent) => void,
  ): void {
    chain.run(event, schemaOf(event.collection).tags, last);
  }
}

function changed(row: Row, before: Row): Row {
  return Object.fromEntries(Object.entries(row).filter(([name, value]) => before[name] !== value));
}

/** Empty fields with a pattern get a value: ids and token keys first of all. */
export function fillGenerated(collection: Collection, record: RecordData): void {
  for (const { field, name } of schemaOf(collection).fields) {
    if (field.type === 'text' && record[name] === '') record[name] = autogenerate(field);
  }
}

function stampDates(
  collection: Collection,
  record: RecordData,
  { isNew, now }: { isNew: boolean; now: string },
): void {
  for (const { field, name } of schemaOf(collection).fields) {
    if (field.type === 'autodate' && field[isNew ? 'onCreate' : 'onUpdate'] === true) {
      record[name] = now;
    }
  }
}
