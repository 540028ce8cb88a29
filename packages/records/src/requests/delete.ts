import type { Collection } from '@davit/domain';
import { ruleFor, writable } from '../access/rule.ts';
import type { RecordData } from '../record.ts';
import { schemaOf } from '../schema.ts';
import { CommitUnit } from '../write/commit-unit.ts';
import type { CommitStep } from '../write/persist.ts';
import type { Context } from './context.ts';
import { loadRecord } from './load.ts';
import type { RecordRequest } from './view.ts';
import { runWriteRequest } from './write-event.ts';

export async function deleteRecord(context: Context, target: RecordRequest): Promise<void> {
  const { id, request } = target;
  const collection = writable(context.core, target.collection);
  const rule = ruleFor(collection, 'deleteRule', request);
  const record = await loadRecord(context, collection, { id, rule, request });
  const event = { collection, request, record, original: record };
  await runWriteRequest({ context, name: 'onRecordDeleteRequest' }, event, (chained, steps) =>
    removeRecord(context, { collection, record: chained.record }, steps),
  );
}

/** Deletes with cascades, in one transaction with `steps`, and tells everybody. */
export async function removeRecord(
  { core, scope }: Context,
  { collection, record }: { collection: Collection; record: RecordData },
  steps: readonly CommitStep[] = [],
): Promise<void> {
  try {
    const changes = await scope.write((tx) => {
      const unit = new CommitUnit(core, tx);
      for (const step of steps) step(unit);
      unit.delete(collection, record);
      return unit.changes;
    });
    await scope.settle(changes);
  } catch (error) {
    const event = { collection, record, error };
    const { tags } = schemaOf(collection);
    await core.chains.onRecordAfterDeleteError.run(event, tags, () => undefined);
    throw error;
  }
}
