import { AppError } from '@davit/domain';
import type { RecordTx } from '@davit/records';
import { COLLECTION_IDS } from './collections.ts';
import { textOf } from './parts.ts';
import type { PlatformParts } from './parts.ts';

const { autoUpdates, deployments, projects, rollouts } = COLLECTION_IDS;

/** deployments whose whole history goes in the same piece of work */
const leaving = new WeakMap<RecordTx, Set<string>>();

/** Whether the deployment itself is being removed: it leaves its own proof. */
export function isLeaving(tx: RecordTx, deploymentId: string): boolean {
  return leaving.get(tx)?.has(deploymentId) ?? false;
}

// the removal would take what is made under the same id
const stillRemoved = (): AppError =>
  new AppError('invalid', 'Failed to create record.', {
    data: {
      id: {
        code: 'validation_being_removed',
        message: 'A project of this id is still being removed.',
      },
    },
  });

/**
 * A project takes its deployments along, a deployment its rollouts and auto-updates: in one transaction, which also
 * leaves the proof that the engine's objects may go. `?deleteData=true` lets the volumes go too.
 */
export function onRemoval({ records, store }: PlatformParts): void {
  const withData = new Set<string>();
  records.hooks.onRecordCreateRequest(
    async (e) => {
      if (e.record.id !== '' && (await store.tombstone(e.record.id))) throw stillRemoved();
      e.commit((tx) => {
        if (tx.platform.tombstone(e.record.id)) throw stillRemoved();
      });
      await e.next();
    },
    { tags: [projects], id: 'platform.project.create' },
  );
  records.hooks.onRecordDeleteRequest(
    async (e) => {
      const { deleteData } = e.request.query;
      if (deleteData === 'true' || deleteData === '1') withData.add(e.record.id);
      try {
        await e.next();
      } finally {
        withData.delete(e.record.id);
      }
    },
    { tags: [projects, deployments], id: 'platform.removal.request' },
  );
  records.hooks.onRecordDeleteExecute(
    (e) => {
      leaving.set(e.tx, (leaving.get(e.tx) ?? new Set()).add(e.record.id));
      removeHistory(e.tx, e.record.id);
      e.tx.platform.putTombstone({
        projectId: textOf(e.record.project),
        deploymentId: e.record.id,
        deleteData: withData.has(e.record.id),
      });
      e.next();
    },
    { tags: [deployments], id: 'platform.deployment.delete' },
  );
  records.hooks.onRecordDeleteExecute(
    (e) => {
      const project = e.record.id;
      for (const { id } of e.tx.find(deployments, { project })) e.tx.remove(deployments, id);
      e.tx.platform.putTombstone({ projectId: project, deleteData: withData.has(project) });
      e.next();
    },
    { tags: [projects], id: 'platform.project.delete' },
  );
}

/** Everything that refers to a deployment, in the order that required relations ask for. */
function removeHistory(tx: RecordTx, deployment: string): void {
  for (const { id } of tx.find(rollouts, { deployment })) tx.remove(rollouts, id);
  for (const { id } of tx.find(autoUpdates, { deployment })) tx.remove(autoUpdates, id);
}
