import { AppError, type Collection, type WriteTx } from '@davit/domain';
import type { Reference } from '../collections/memory-catalog.ts';
import type { Core } from '../core.ts';
import { DELETE_FAILED } from '../failure.ts';
import { castList } from '../fields/cast.ts';
import { buildQuery } from '../queries/build-query.ts';
import type { RecordData } from '../record.ts';
import { schemaOf } from '../schema.ts';
import type { Work } from './work.ts';

const BATCH = 4000;

/** What a cascade needs of the work it is part of. */
interface Cascade {
  readonly core: Core;
  readonly tx: WriteTx;
  load(collection: Collection, id: string): RecordData | undefined;
  updating(collection: Collection, record: RecordData, original: RecordData): Work;
  deleting(collection: Collection, record: RecordData): Work;
}

/**
 * What refers to a record that is gone lets go of it: the id is taken out of the value; a record with nothing left
 * goes too (`cascadeDelete`) or, where the relation is required, forbids the whole deletion.
 */
export function* releaseReferences(unit: Cascade, target: Collection, id: string): Work {
  for (const reference of unit.core.catalog.referencesTo(target)) {
    yield* releaseField(unit, { ...reference, id });
  }
}

interface ReferenceTo extends Reference {
  id: string;
}

function* releaseField(unit: Cascade, reference: ReferenceTo): Work {
  for (;;) {
    const records = referring(unit, reference);
    for (const record of records) yield* releaseRecord(unit, reference, record);
    if (records.length < BATCH) return;
  }
}

function* releaseRecord(unit: Cascade, reference: ReferenceTo, found: RecordData): Work {
  const { collection, field, id } = reference;
  // an earlier one of the batch may have taken it along
  const record = unit.load(collection, found.id);
  if (record === undefined) return;
  const left = castList(record[field.name] ?? null).filter((item) => item !== id);
  if (left.length === 0 && field.cascadeDelete === true) yield* unit.deleting(collection, record);
  else if (left.length === 0 && field.required) throw new AppError('invalid', DELETE_FAILED);
  else {
    const value = schemaOf(collection).get(field.name)?.kind.cast(left, field) ?? '';
    yield* unit.updating(collection, { ...record, [field.name]: value }, record);
  }
}

function referring(unit: Cascade, { collection, field, id }: ReferenceTo): RecordData[] {
  const schema = schemaOf(collection);
  const query = buildQuery(unit.core, { collection, refers: { field, values: [id] } });
  const { rows } = unit.tx.query(query, { offset: 0, limit: BATCH, count: false });
  return rows.map((row) => schema.fromRow(row));
}
