import type { Collection, WriteTx } from '@davit/domain';
import type { Context } from '../requests/context.ts';
import { schemaOf } from '../schema.ts';
import { AUTH_TABLES } from '../write/auth-effects.ts';
import { CommitUnit } from '../write/commit-unit.ts';

/** What belongs to the accounts of an auth collection goes with the collection. */
export async function removeSessions(
  { core, scope }: Context,
  tx: WriteTx,
  collection: Collection,
): Promise<void> {
  if (collection.type !== 'auth') return;
  const unit = new CommitUnit(core, tx);
  for (const name of AUTH_TABLES) {
    const table = core.catalog.find(name);
    if (!table) continue;
    for (const row of tx.find(table, { collectionRef: collection.id })) {
      await unit.deleteHooked(table, schemaOf(table).fromRow(row), { itself: true });
    }
  }
  await scope.settle(unit.changes);
}
