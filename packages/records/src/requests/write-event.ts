import { changedNames, isWatched } from '../audit/append-audit.ts';
import type { AuditNote } from '../audit/audit.ts';
import type { RecordWriteRequestEvent } from '../hooks/events.ts';
import { schemaOf } from '../schema.ts';
import type { CommitStep } from '../write/persist.ts';
import type { Context } from './context.ts';

type WriteHook = 'onRecordCreateRequest' | 'onRecordUpdateRequest' | 'onRecordDeleteRequest';

const EXTERNAL_AUTHS = '_externalAuths';
const CREDENTIALS = ['email', 'password', 'verified'];

const ACTIONS: Record<WriteHook, string> = {
  onRecordCreateRequest: 'record.create',
  onRecordUpdateRequest: 'record.update',
  onRecordDeleteRequest: 'record.delete',
};

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
  await chain.run(withCommit, schemaOf(event.collection).tags, (chained) => {
    steps.push((tx) => {
      const note = noteOf(chained, ACTIONS[name]);
      if (note) tx.audit(chained.request, withSubject(chained, note));
    });
    return last(chained, steps);
  });
}

/** Worked out in the commit: a new record has its id, a new password its hash. */
function noteOf(event: RecordWriteRequestEvent, action: string): AuditNote | undefined {
  if (event.audit) return event.audit;
  return isWatched(event.request.auth) || decidesAccess(event) ? { action } : undefined;
}

/** What decides who gets in as an account is noted, whoever changes it: its credentials, its links, its end. */
function decidesAccess({ collection, record, original }: RecordWriteRequestEvent): boolean {
  if (original === undefined) return false;
  const isRemoved = original === record;
  if (collection.name === EXTERNAL_AUTHS) return isRemoved;
  if (collection.type !== 'auth') return false;
  return isRemoved || CREDENTIALS.some((name) => original[name] !== record[name]);
}

function withSubject(event: RecordWriteRequestEvent, note: AuditNote): AuditNote {
  const { collection, record, original } = event;
  const isUpdate = original !== undefined && original !== record;
  return {
    collection: collection.name,
    record: record.id,
    ...note,
    detail: { ...note.detail, ...(isUpdate && { changed: changedNames(original, record) }) },
  };
}
