import type { Collection } from '@davit/domain';
import type { Core } from '../core.ts';
import { runModel, WRITE_OF } from '../hooks/model-chain.ts';
import type { ModelSubject } from '../hooks/model-events.ts';
import type { Context } from '../requests/context.ts';
import { reportFailed, reportStored } from '../write/announce.ts';

/** One definition that is to be stored or to go. Handlers may replace `collection` before it is checked. */
export interface CollectionChange {
  action: 'create' | 'update' | 'delete';
  collection: Collection;
  original?: Collection;
}

/** What was done, and how it looks as if it had not been. */
export interface DoneWork {
  changes: readonly CollectionChange[];
  /** once it is committed */
  committed?: () => Promise<void>;
  restore: () => void;
}

/** Runs the hooks of all `changes` around `work`, one inside the other; then those of what it has done. */
export async function runCollectionWork(
  { core, scope }: Context,
  changes: readonly CollectionChange[],
  work: () => Promise<DoneWork>,
): Promise<void> {
  let done: DoneWork | undefined;
  const around = async (index: number): Promise<void> => {
    const change = changes[index];
    if (change === undefined) done = await work();
    else {
      const phase = WRITE_OF[change.action];
      await runModel({ chains: core.chains, phase }, subjectOf(change), (subject) => {
        change.collection = subject.collection;
        return around(index + 1);
      });
    }
  };
  try {
    await around(0);
  } catch (error) {
    if (done === undefined) await reportAll(core, changes, error);
    throw error;
  } finally {
    // what a handler threw afterwards does not undo it
    if (done) await settle({ core, scope }, done);
  }
}

async function settle({ core, scope }: Context, done: DoneWork): Promise<void> {
  await scope.afterwards({
    async committed() {
      for (const change of done.changes) {
        await reportStored(core, change.action, subjectOf(change));
      }
      await done.committed?.();
    },
    async rolledBack(error) {
      done.restore();
      await reportAll(core, done.changes, error);
    },
  });
}

async function reportAll(
  core: Core,
  changes: readonly CollectionChange[],
  error: unknown,
): Promise<void> {
  for (const change of changes) {
    await reportFailed(core, change.action, { ...subjectOf(change), error });
  }
}

export function subjectOf({
  collection,
  original,
}: CollectionChange): ModelSubject & { kind: 'collection' } {
  return { kind: 'collection', collection, ...(original && { original }) };
}
