import type { Json } from '@davit/domain';
import type { RecordTx } from '@davit/records';
import { COLLECTION_IDS } from './collections.ts';
import type { PlatformParts } from './parts.ts';

const { projects, deployments, rollouts, autoUpdates } = COLLECTION_IDS;
const INSIDE = [deployments, rollouts, autoUpdates];

/**
 * What is in a project belongs to whom the project belongs, as the rules of its collections go by their own `user`:
 * in the transaction that gives a project to somebody else, everything in it goes along.
 */
export function onHandover({ records }: PlatformParts): void {
  records.hooks.onRecordUpdateExecute(
    (e) => {
      const { id, user = '' } = e.record;
      if (e.original && e.original.user !== user) handOver(e.tx, id, user);
      e.next();
    },
    { tags: [projects], id: 'platform.project.handover' },
  );
  for (const collection of INSIDE) {
    records.hooks.onRecordCreateExecute(
      (e) => {
        const { project } = e.record;
        const owner = typeof project === 'string' && e.tx.get(projects, project)?.user;
        if (owner) e.record.user = owner;
        e.next();
      },
      { tags: [collection], id: `platform.owner.${collection}` },
    );
  }
}

function handOver(tx: RecordTx, project: string, user: Json): void {
  for (const collection of INSIDE) {
    for (const record of tx.find(collection, { project })) {
      if (record.user !== user) tx.save(collection, { id: record.id, user });
    }
  }
}
