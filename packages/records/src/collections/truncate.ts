import type { Collection, RecordStore } from '@davit/domain';
import type { Core } from '../core.ts';
import { buildQuery } from '../queries/build-query.ts';
import { schemaOf } from '../schema.ts';
import { announce } from '../write/announce.ts';
import { CommitUnit } from '../write/commit-unit.ts';
import type { Change } from '../write/draft.ts';

const BATCH = 500;

/** Deletes every record with its cascades, in one transaction that lets others' reads through. */
export async function truncate(
  core: Core,
  store: RecordStore,
  collection: Collection,
): Promise<void> {
  const query = buildQuery(core, { collection });
  const page = { offset: 0, limit: BATCH, count: false };
  const changes: Change[] = [];
  await store.transaction(async (tx) => {
    for (;;) {
      const { rows } = tx.query(query, page);
      if (rows.length === 0) return;
      const unit = new CommitUnit(core, tx);
      for (const row of rows) {
        const { id } = schemaOf(collection).fromRow(row);
        // an earlier one may have taken it along
        const record = unit.load(collection, id);
        if (record) unit.delete(collection, record);
      }
      changes.push(...unit.changes);
      await Promise.resolve();
    }
  });
  await announce(core, changes);
}
