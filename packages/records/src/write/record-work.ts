import { AppError, type Collection, type WriteTx } from '@davit/domain';
import type { Core } from '../core.ts';
import { notUnique } from '../failure.ts';
import { formatDate } from '../fields/date.ts';
import { autogenerate } from '../fields/text.ts';
import { noteObsoleteFiles } from '../files/store-uploads.ts';
import { runExecute, runModel, WRITE_OF } from '../hooks/model-chain.ts';
import type { RecordTx } from '../hooks/record-tx.ts';
import type { RecordData } from '../record.ts';
import { schemaOf } from '../schema.ts';
import { afterAuthSave, beforeAuthRemove, beforeAuthSave } from './auth-effects.ts';
import { releaseReferences } from './cascade.ts';
import { changedColumns } from './changed-columns.ts';
import type { Change } from './draft.ts';
import { drive, type Work } from './work.ts';

export interface RecordWorkParts {
  core: Core;
  tx: WriteTx;
  changes: Change[];
  /** what `…Execute` hooks get */
  unit: RecordTx;
  /** run `onRecordUpdate` and `onRecordDelete` of what is taken along; they may do I/O */
  hooked: boolean;
}

interface Saved {
  collection: Collection;
  record: RecordData;
  original: RecordData | undefined;
}

/** Every change of a record passes here: requests, commit steps, cascades. */
export class RecordWork {
  readonly core: Core;
  readonly tx: WriteTx;
  readonly #parts: RecordWorkParts;

  constructor(parts: RecordWorkParts) {
    this.core = parts.core;
    this.tx = parts.tx;
    this.#parts = parts;
  }

  load(collection: Collection, id: string): RecordData | undefined {
    const row = this.tx.get(collection, id);
    return row && schemaOf(collection).fromRow(row);
  }

  /** A change that follows from another one, with its own hooks. */
  *updating(collection: Collection, record: RecordData, original: RecordData): Work {
    if (!this.#parts.hooked) return yield* this.storing({ collection, record, original });
    const subject = { kind: 'record' as const, collection, record, original };
    yield this.#run('Update', subject, (event) =>
      drive(this.storing({ collection, record: event.record, original })),
    );
  }

  /** A removal that follows from another one, with its own hooks. */
  *deleting(collection: Collection, record: RecordData): Work {
    if (!this.#parts.hooked) return yield* this.removing(collection, record);
    const subject = { kind: 'record' as const, collection, record, original: record };
    yield this.#run('Delete', subject, () => drive(this.removing(collection, record)));
  }

  /** Inserts or updates; fills what the server fills. */
  *storing({ collection, record, original }: Saved): Work {
    const { core, unit, changes } = this.#parts;
    if (original === undefined) fillGenerated(collection, record);
    if (collection.type === 'auth') yield* beforeAuthSave(this, collection, { record, original });
    const action = original === undefined ? 'create' : 'update';
    const base = { kind: 'record' as const, collection, ...(original && { original }) };
    let stored: RecordData | undefined;
    runExecute(
      { chains: core.chains, write: WRITE_OF[action] },
      { ...base, record, tx: unit },
      (event) => {
        stored = event.record;
        this.#write({ collection, record: stored, original });
        const change = {
          action,
          collection,
          record: stored,
          ...(original && { original }),
        } as const;
        changes.push(noteObsoleteFiles(core, change));
      },
    );
    if (stored && collection.type === 'auth') {
      yield* afterAuthSave(this, collection, { record: stored, original });
    }
  }

  *removing(collection: Collection, record: RecordData): Work {
    const { core, unit, changes } = this.#parts;
    if (collection.type === 'auth') yield* beforeAuthRemove(this, collection, record);
    let isGone = false;
    const subject = { kind: 'record' as const, collection, record, original: record, tx: unit };
    runExecute({ chains: core.chains, write: 'Delete' }, subject, () => {
      const audience = core.audience.of(this.tx, collection, record);
      this.tx.delete(collection, record.id);
      isGone = true;
      const change = {
        action: 'delete',
        collection,
        record,
        ...(audience && { audience }),
      } as const;
      changes.push(noteObsoleteFiles(core, change));
    });
    if (isGone) yield* releaseReferences(this, collection, record.id);
  }

  #run(
    write: 'Update' | 'Delete',
    subject: { kind: 'record'; collection: Collection; record: RecordData; original: RecordData },
    last: (event: typeof subject) => Promise<void>,
  ): Promise<void> {
    return Promise.resolve(runModel({ chains: this.core.chains, phase: write }, subject, last));
  }

  #write({ collection, record, original }: Saved): void {
    stampDates(collection, record, {
      isNew: original === undefined,
      now: formatDate(this.core.clock.now()),
    });
    const schema = schemaOf(collection);
    const row = schema.toRow(record);
    try {
      if (original === undefined) this.tx.insert(collection, row);
      else this.tx.update(collection, original.id, changedColumns(row, schema.toRow(original)));
    } catch (error) {
      if (!AppError.is(error, 'conflict')) throw error;
      throw new AppError('conflict', error.message, { data: notUnique(error), cause: error });
    }
  }
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
