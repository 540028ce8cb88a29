import type { RecordWriteRequestEvent } from '../hooks/events.ts';
import { schemaOf } from '../schema.ts';
import type { CommitStep } from '../write/persist.ts';
import type { Context } from './context.ts';

type WriteHook = 'onRecordCreateRequest' | 'onRecordUpdateRequest' | 'onRecordDeleteRequest';

/** Runs the handlers of a write request around `last`, which gets the commit steps they have registered. */
export async function runWriteRequest(
  { context, name }: { context: Context; name: WriteHook },
  event: Omit<RecordWriteRequestEvent, 'next' | 'commit' | 'records'>,
  last: (event: RecordWriteRequestEvent, steps: readonly CommitStep[]) => Promise<void>,
): Promise<void> {
  const steps: CommitStep[] = [];
  const withCommit = Object.assign(event, {
    records: context.core.internal(context.scope),
    commit: (step: CommitStep): void => {
      steps.push(step);
    },
  });
  const chain = context.core.chains[name];
  await chain.run(withCommit, schemaOf(event.collection).tags, (chained) => last(chained, steps));
}
