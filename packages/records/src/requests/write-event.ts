import type { HookChain } from '../hooks/chain.ts';
import type { RecordWriteRequestEvent } from '../hooks/events.ts';
import { schemaOf } from '../schema.ts';
import type { CommitStep } from '../write/persist.ts';

type Chain = HookChain<RecordWriteRequestEvent, void | Promise<void>>;

/** Runs the handlers of a write request around `last`, which gets the commit steps they have registered. */
export async function runWriteRequest(
  chain: Chain,
  event: Omit<RecordWriteRequestEvent, 'next' | 'commit'>,
  last: (event: RecordWriteRequestEvent, steps: readonly CommitStep[]) => Promise<void>,
): Promise<void> {
  const steps: CommitStep[] = [];
  const withCommit = Object.assign(event, {
    commit: (step: CommitStep): void => {
      steps.push(step);
    },
  });
  await chain.run(withCommit, schemaOf(event.collection).tags, (chained) => last(chained, steps));
}
