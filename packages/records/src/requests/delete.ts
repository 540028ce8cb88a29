import type { Collection, WriteTx } from '@davit/domain';
import { ruleFor, writable } from '../access/rule.ts';
import { runModel, watchesCascades } from '../hooks/model-chain.ts';
import type { RecordData } from '../record.ts';
import { reportFailure } from '../write/announce.ts';
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
  let unit: CommitUnit | undefined;
  let isCommitted = false;
  const begin = (tx: WriteTx): CommitUnit => {
    const own = (unit = new CommitUnit(core, tx));
    for (const step of steps) step(own);
    return own;
  };
  const subject = { kind: 'record' as const, collection, record, original: record };
  try {
    await runModel({ chains: core.chains, phase: 'Delete' }, subject, async () => {
      if (watchesCascades(core.chains)) {
        await scope.exclusively((tx) => begin(tx).deleteHooked(collection, record));
      } else await scope.write((tx) => begin(tx).delete(collection, record));
      isCommitted = true;
    });
  } catch (error) {
    // what a handler threw after the commit does not undo it
    if (isCommitted) await scope.settle(unit?.changes ?? []);
    else {
      const change = { action: 'delete' as const, collection, record };
      await reportFailure(core, { change, done: unit?.changes ?? [], error });
    }
    throw error;
  }
  await scope.settle(unit?.changes ?? []);
}
