import type { Collection, WriteTx } from '@davit/domain';
import { buildQuery } from '../queries/build-query.ts';
import type { RecordData } from '../record.ts';
import type { Context } from '../requests/context.ts';
import { schemaOf } from '../schema.ts';
import { reportRolledBack } from '../write/announce.ts';
import { CommitUnit } from '../write/commit-unit.ts';
import type { Change } from '../write/draft.ts';

const BATCH = 500;

/** Deletes every record with its cascades, in one transaction that lets others' reads through. */
export async function truncate({ core, scope }: Context, collection: Collection): Promise<void> {
  const query = buildQuery(core, { collection });
  const page = { offset: 0, limit: BATCH, count: false };
  const changes: Change[] = [];
  const clear = async (tx: WriteTx): Promise<void> => {
    for (;;) {
      const { rows } = tx.query(query, page);
      if (rows.length === 0) return;
      const records = rows.map((row) => schemaOf(collection).fromRow(row));
      await removeAll(new CommitUnit(core, tx), { collection, records, changes });
      await Promise.resolve();
    }
  };
  try {
    await scope.exclusively(clear);
  } catch (error) {
    await reportRolledBack(core, changes, error);
    throw error;
  }
  await scope.settle(changes);
}

async function removeAll(
  unit: CommitUnit,
  work: { collection: Collection; records: readonly RecordData[]; changes: Change[] },
): Promise<void> {
  const { collection, records, changes } = work;
  try {
    for (const { id } of records) {
      // an earlier one may have taken it along
      const record = unit.load(collection, id);
      if (record) await unit.deleteHooked(collection, record, { itself: true });
    }
  } finally {
    changes.push(...unit.changes);
  }
}
