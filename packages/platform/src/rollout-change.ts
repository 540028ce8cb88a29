import { AppError } from '@davit/domain';
import type { DeploymentRef, FieldErrors, JsonObject } from '@davit/domain';
import type { RecordData, RecordTx, RecordWriteRequestEvent } from '@davit/records';
import { COLLECTION_IDS } from './collections.ts';
import { textOf, timestamp } from './parts.ts';
import type { PlatformParts } from './parts.ts';
import { isLeaving } from './removal.ts';
import { requireOwned } from './target.ts';
import { currentRollout } from './wanted.ts';

const { rollouts } = COLLECTION_IDS;
/** A rollout is a snapshot: another manifest is another rollout. */
const FIXED = ['manifest', 'project', 'deployment', 'user'] as const;
const READ_ONLY = ['startDate', 'cause'] as const;

/**
 * Setting `endDate` stops the deployment, clearing it runs the snapshot again (and ends the one that ran).
 * `hide` alone changes nothing on the engine; neither does any change of an ended rollout that stays ended.
 */
export function onRolloutUpdate(parts: PlatformParts): void {
  parts.records.hooks.onRecordUpdateRequest(
    async (e) => {
      const { record, original } = e;
      if (!original) return e.next();
      await requireOwned(e, original, e.request.auth);
      refuseChanges(record, original);
      for (const field of READ_ONLY) record[field] = original[field] ?? '';
      const ran = original.endDate === '';
      const runs = textOf(record.endDate) === '';
      if (!ran && runs) await runAgain(e, parts);
      else if (ran && !runs) stop(e, parts);
      else record.endDate = original.endDate ?? '';
      await e.next();
    },
    { tags: [rollouts], id: 'platform.rollout.update' },
  );
}

function refuseChanges(record: RecordData, original: RecordData): void {
  const data: FieldErrors = {};
  for (const field of FIXED) {
    if (JSON.stringify(record[field]) === JSON.stringify(original[field])) continue;
    data[field] = {
      code: 'validation_immutable',
      message: 'A rollout is a snapshot: create a new one instead.',
    };
  }
  if (Object.keys(data).length > 0) {
    throw new AppError('invalid', 'Failed to update record.', { data });
  }
}

function stop(e: RecordWriteRequestEvent, { clock }: PlatformParts): void {
  e.record.endDate = timestamp(clock);
  e.audit = { action: 'rollout.stop', detail: detailOf(e.record) };
}

/** Where a rollout belongs, for the audit log. */
export function detailOf({ project, deployment, cause }: RecordData): JsonObject {
  const why = textOf(cause);
  return {
    project: textOf(project),
    deployment: textOf(deployment),
    ...(why !== '' && { cause: why }),
  };
}

async function runAgain(e: RecordWriteRequestEvent, parts: PlatformParts): Promise<void> {
  const now = timestamp(parts.clock);
  const last = await currentRollout(parts, textOf(e.record.deployment));
  e.record.startDate = now;
  const cause = last?.id === e.record.id ? 'start' : 'rollback';
  e.record.cause = cause;
  e.audit = { action: `rollout.${cause}`, detail: detailOf(e.record) };
  e.commit((tx) => {
    for (const running of runningOf(tx, e.record)) {
      if (running.id !== e.record.id) tx.save(rollouts, { id: running.id, endDate: now });
    }
  });
}

const runningOf = (tx: RecordTx, record: RecordData): RecordData[] =>
  tx.find(rollouts, { deployment: textOf(record.deployment), endDate: '' });

/** The deployment a rollout record belongs to. */
export const refOf = (record: RecordData): DeploymentRef => ({
  projectId: textOf(record.project),
  deploymentId: textOf(record.deployment),
});

/**
 * A deleted rollout takes its secrets along. The deployment falls back to the last one left, stopped; with the
 * last one gone, the engine's objects go too (volumes stay).
 */
export function onRolloutDelete(parts: PlatformParts): void {
  parts.records.hooks.onRecordDeleteRequest(
    async (e) => {
      await requireOwned(e, e.record, e.request.auth);
      await e.next();
    },
    { tags: [rollouts], id: 'platform.rollout.delete.request' },
  );
  parts.records.hooks.onRecordDeleteExecute(
    (e) => {
      const ref = refOf(e.record);
      e.tx.platform.deleteSecrets(e.record.id);
      if (isLeaving(e.tx, ref.deploymentId)) return e.next();
      const left = e.tx.find(rollouts, { deployment: ref.deploymentId });
      if (left.every(({ id }) => id === e.record.id)) {
        e.tx.platform.putTombstone({ ...ref, deleteData: false });
      }
      e.next();
    },
    { tags: [rollouts], id: 'platform.rollout.delete' },
  );
}
