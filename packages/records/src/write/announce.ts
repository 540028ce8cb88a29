import type { Core } from '../core.ts';
import { removeObsoleteFiles } from '../files/store-uploads.ts';
import { handlesModel, runModel, WRITE_OF } from '../hooks/model-chain.ts';
import type { ModelSubject } from '../hooks/model-events.ts';
import { schemaOf } from '../schema.ts';
import type { Change } from './draft.ts';

/**
 * The *after* phase. Listeners hear of all changes first, at once; then the hooks run one after the other. The
 * changes are committed: whatever goes wrong here is logged and does not fail the request.
 */
export async function announce(core: Core, changes: readonly Change[]): Promise<void> {
  for (const change of changes) {
    for (const listener of core.listeners) listener(change);
  }
  for (const change of changes) {
    if (schemaOf(change.collection).files.length > 0) {
      inBackground(core, removeObsoleteFiles(core, change));
    }
    await reportStored(core, change.action, subjectOf(change));
  }
}

export async function reportStored(
  core: Core,
  action: Change['action'],
  subject: ModelSubject,
): Promise<void> {
  const phase = `After${WRITE_OF[action]}Success` as const;
  if (!handlesModel(core.chains, phase, subject)) return;
  try {
    await runModel({ chains: core.chains, phase }, subject, () => undefined);
  } catch (error) {
    core.logger.log('error', `a hook failed after ${action}`, { kind: subject.kind, error });
  }
}

/** The `…Error` hooks of what was done and is undone; a failure of theirs is logged. */
export async function reportFailed(
  core: Core,
  action: Change['action'],
  subject: ModelSubject & { error: unknown },
): Promise<void> {
  const phase = `After${WRITE_OF[action]}Error` as const;
  if (!handlesModel(core.chains, phase, subject)) return;
  try {
    await runModel({ chains: core.chains, phase }, subject, () => undefined);
  } catch (error) {
    core.logger.log('error', `a hook failed after a failed ${action}`, {
      kind: subject.kind,
      error,
    });
  }
}

export async function reportRolledBack(
  core: Core,
  changes: readonly Change[],
  error: unknown,
): Promise<void> {
  for (const change of changes) {
    change.filesSettled?.();
    await reportFailed(core, change.action, { ...subjectOf(change), error });
  }
}

/** One change that was refused, and what it had taken along. */
export async function reportFailure(
  core: Core,
  { change, done, error }: { change: Change; done: readonly Change[]; error: unknown },
): Promise<void> {
  const isAmong = done.some(
    ({ record, collection }) => record.id === change.record.id && collection === change.collection,
  );
  await reportRolledBack(core, isAmong ? done : [...done, change], error);
}

function subjectOf({ collection, record, original }: Change): ModelSubject & { kind: 'record' } {
  return { kind: 'record', collection, record, ...(original && { original }) };
}

function inBackground(core: Core, work: Promise<void>): void {
  const tracked = work.finally(() => core.background.delete(tracked));
  core.background.add(tracked);
}
