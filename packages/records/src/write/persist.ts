import { AppError, type WriteTx } from '@davit/domain';
import type { Core } from '../core.ts';
import { NO_UPLOADS, storeUploads, type StoredUploads } from '../files/store-uploads.ts';
import { runModel, watchesCascades } from '../hooks/model-chain.ts';
import type { RecordTx } from '../hooks/record-tx.ts';
import { schemaOf } from '../schema.ts';
import type { Scope } from '../scope.ts';
import { reportFailure } from './announce.ts';
import { CommitUnit } from './commit-unit.ts';
import type { Draft } from './draft.ts';
import { fillGenerated } from './record-work.ts';
import { refused, validate } from './validate.ts';

export type CommitStep = (tx: RecordTx) => void;

interface Saving {
  core: Core;
  scope: Scope;
  draft: Draft;
  steps: readonly CommitStep[];
  /** what was done in the transaction, as far as it came */
  unit?: CommitUnit;
  isCommitted: boolean;
  uploads: StoredUploads;
}

/**
 * The three phases of a write: checks, hashing and files first; then one commit, in which `steps` run before the
 * record's own write; then what others are told.
 */
export async function persist(
  { core, scope }: { core: Core; scope: Scope },
  draft: Draft,
  steps: readonly CommitStep[] = [],
): Promise<void> {
  const saving: Saving = { core, scope, draft, steps, isCommitted: false, uploads: NO_UPLOADS };
  try {
    await around(saving);
  } catch (error) {
    await failed(saving, error);
    throw error;
  }
  await settle(saving);
}

async function around(saving: Saving): Promise<void> {
  const { draft, core } = saving;
  const { collection, record, original } = draft;
  const subject = { kind: 'record' as const, collection, record, ...(original && { original }) };
  await runModel(
    { chains: core.chains, phase: original ? 'Update' : 'Create' },
    subject,
    async (event) => {
      draft.record = event.record;
      await save(saving);
    },
  );
}

async function save(saving: Saving): Promise<void> {
  const { draft, core, scope } = saving;
  takePlainPasswords(draft);
  if (draft.original === undefined) fillGenerated(draft.collection, draft.record);
  await validate(core, scope, draft);
  await hashPasswords(core, draft);
  saving.uploads = await storeUploads(core, draft);
  if (takesOthersAlong(saving)) await scope.exclusively((tx) => commitHooked(saving, tx));
  else await scope.write((tx) => commit(saving, tx));
  saving.isCommitted = true;
}

/** What a handler threw after the commit does not undo it. */
async function failed(saving: Saving, error: unknown): Promise<void> {
  if (saving.isCommitted) return settle(saving);
  const { draft, core, unit } = saving;
  await saving.uploads.takeBack();
  const { collection, record, original } = draft;
  const action = original ? 'update' : 'create';
  const change = { action, collection, record, ...(original && { original }) } as const;
  await reportFailure(core, { change, done: unit?.changes ?? [], error });
}

async function settle({ scope, unit, uploads }: Saving): Promise<void> {
  if (!unit) return; // a handler has stopped it
  if (uploads !== NO_UPLOADS) {
    await scope.afterwards({ committed: uploads.keep, rolledBack: uploads.takeBack });
  }
  await scope.settle(unit.changes);
}

/** A changed account ends its sessions: handlers may want to know before. */
function takesOthersAlong({ core, draft }: Saving): boolean {
  return draft.collection.type === 'auth' && watchesCascades(core.chains);
}

function commit(saving: Saving, tx: WriteTx): void {
  const unit = prepare(saving, tx);
  const { collection, record, original } = saving.draft;
  try {
    unit.store(collection, record, original);
  } catch (error) {
    throw explained(saving.draft, error);
  }
}

async function commitHooked(saving: Saving, tx: WriteTx): Promise<void> {
  const unit = prepare(saving, tx);
  const { collection, record, original } = saving.draft;
  try {
    await unit.storeHooked(collection, record, original);
  } catch (error) {
    throw explained(saving.draft, error);
  }
}

function prepare(saving: Saving, tx: WriteTx): CommitUnit {
  const unit = (saving.unit = new CommitUnit(saving.core, tx));
  for (const step of saving.steps) step(unit);
  const { collection, record } = saving.draft;
  const missing = unit.missingReferences(collection, record);
  if (Object.keys(missing).length > 0) throw refused(saving.draft, missing);
  return unit;
}

function explained(draft: Draft, error: unknown): unknown {
  return AppError.is(error, 'conflict') && error.data ? refused(draft, error.data) : error;
}

/** What a handler has put into a password field is a new password in plain. */
function takePlainPasswords({ collection, record, original, passwords }: Draft): void {
  for (const { name } of schemaOf(collection).passwords) {
    const value = record[name];
    const before = original?.[name] ?? '';
    if (typeof value === 'string' && value !== '' && value !== before) passwords.set(name, value);
  }
}

async function hashPasswords(core: Core, draft: Draft): Promise<void> {
  for (const { name } of schemaOf(draft.collection).passwords) {
    const plain = draft.passwords.get(name);
    if (plain) draft.record[name] = await core.hasher.hash(plain);
  }
}
