import type { Collection, FieldErrors, PlatformTx, Row, WriteTx } from '@davit/domain';
import { appendAudit } from '../audit/append-audit.ts';
import type { AuditNote, Requester } from '../audit/audit.ts';
import type { Core } from '../core.ts';
import { notFound } from '../failure.ts';
import { castList } from '../fields/cast.ts';
import { MISSING_RELATION } from '../fields/relation.ts';
import { textOption } from '../fields/field-kind.ts';
import { watchesCascades } from '../hooks/model-chain.ts';
import type { RecordTx } from '../hooks/record-tx.ts';
import type { RecordData } from '../record.ts';
import { schemaOf } from '../schema.ts';
import { AUTH_TABLES } from './auth-effects.ts';
import type { Change } from './draft.ts';
import { ownerComplaint } from './owner-reference.ts';
import { RecordWork } from './record-work.ts';
import { atOnce, drive } from './work.ts';

/** One piece of work in a transaction: what commit steps and `…Execute` hooks get, and what requests run. */
export class CommitUnit implements RecordTx {
  readonly changes: Change[] = [];
  readonly core: Core;
  readonly tx: WriteTx;
  readonly #work: RecordWork;

  constructor(core: Core, tx: WriteTx) {
    this.core = core;
    this.tx = tx;
    this.#work = this.#working({ hooked: false });
  }

  get platform(): PlatformTx {
    return this.tx.platform;
  }

  audit(by: Requester, note: AuditNote): void {
    appendAudit(this.tx, this.core.clock, { by, note });
  }

  get(collection: string, id: string): RecordData | undefined {
    return this.load(this.core.catalog.get(collection), id);
  }

  load(collection: Collection, id: string): RecordData | undefined {
    return this.#work.load(collection, id);
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

  store(collection: Collection, record: RecordData, original: RecordData | undefined): void {
    atOnce(this.#work.storing({ collection, record, original }));
  }

  delete(collection: Collection, record: RecordData): void {
    atOnce(this.#work.removing(collection, record));
  }

  /** As `store`, with the asynchronous hooks of what it takes along. */
  storeHooked(
    collection: Collection,
    record: RecordData,
    original: RecordData | undefined,
  ): Promise<void> {
    return drive(this.#working({ hooked: true }).storing({ collection, record, original }));
  }

  /** As `delete`, with the asynchronous hooks of what it takes along (and, for the record `itself`). */
  deleteHooked(
    collection: Collection,
    record: RecordData,
    { itself = false }: { itself?: boolean } = {},
  ): Promise<void> {
    const work = this.#working({ hooked: true });
    return drive(itself ? work.deleting(collection, record) : work.removing(collection, record));
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

  /** Complaints about what the record refers to, looked up where nobody can delete it meanwhile. */
  missingReferences(collection: Collection, record: RecordData): FieldErrors {
    const errors = this.missingRelations(collection, record);
    if (Object.keys(errors).length > 0 || !AUTH_TABLES.includes(collection.name)) return errors;
    return ownerComplaint(this.core, this.tx, record);
  }

  #working({ hooked }: { hooked: boolean }): RecordWork {
    const { core, tx, changes } = this;
    return new RecordWork({
      core,
      tx,
      changes,
      unit: this,
      hooked: hooked && watchesCascades(core.chains),
    });
  }
}
