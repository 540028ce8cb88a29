import { AppError } from '@davit/domain';
import type { Core } from '../core.ts';
import type { RecordTx } from '../hooks/record-tx.ts';
import { schemaOf } from '../schema.ts';
import type { Scope } from '../scope.ts';
import { storeUploads } from '../files/store-uploads.ts';
import { CommitUnit, fillGenerated } from './commit-unit.ts';
import type { Change, Draft } from './draft.ts';
import { refused, validate } from './validate.ts';

export type CommitStep = (tx: RecordTx) => void;

/**
 * The three phases of a write: checks, hashing and files first; then one synchronous commit, in which `steps` run
 * before the record's own write; then what others are told.
 */
export async function persist(
  { core, scope }: { core: Core; scope: Scope },
  draft: Draft,
  steps: readonly CommitStep[] = [],
): Promise<void> {
  let undo = (): Promise<void> => Promise.resolve();
  let changes: readonly Change[];
  try {
    if (draft.original === undefined) fillGenerated(draft.collection, draft.record);
    await validate(core, scope, draft);
    await hashPasswords(core, draft);
    undo = await storeUploads(core, draft);
    changes = await scope.write((tx) => commit(new CommitUnit(core, tx), draft, steps));
  } catch (error) {
    await undo();
    await reportFailure(core, draft, error);
    throw error;
  }
  scope.onRollback(undo);
  await scope.settle(changes);
}

function commit(unit: CommitUnit, draft: Draft, steps: readonly CommitStep[]): readonly Change[] {
  for (const step of steps) step(unit);
  const { collection, record, original } = draft;
  const missing = unit.missingRelations(collection, record);
  if (Object.keys(missing).length > 0) throw refused(draft, missing);
  try {
    unit.store(collection, record, original);
  } catch (error) {
    if (AppError.is(error, 'conflict') && error.data) throw refused(draft, error.data);
    throw error;
  }
  return unit.changes;
}

async function hashPasswords(core: Core, draft: Draft): Promise<void> {
  for (const { name } of schemaOf(draft.collection).passwords) {
    const plain = draft.passwords.get(name);
    if (plain) draft.record[name] = await core.hasher.hash(plain);
  }
}

async function reportFailure(core: Core, draft: Draft, error: unknown): Promise<void> {
  const { collection, record, original } = draft;
  const chain = core.chains[original ? 'onRecordAfterUpdateError' : 'onRecordAfterCreateError'];
  const event = { collection, record, error, ...(original && { original }) };
  await chain.run(event, schemaOf(collection).tags, () => undefined);
}
