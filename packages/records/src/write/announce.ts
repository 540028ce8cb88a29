import type { Core } from '../core.ts';
import { removeObsoleteFiles } from '../files/store-uploads.ts';
import { schemaOf } from '../schema.ts';
import type { Change } from './draft.ts';

const CHAINS = {
  create: 'onRecordAfterCreateSuccess',
  update: 'onRecordAfterUpdateSuccess',
  delete: 'onRecordAfterDeleteSuccess',
} as const;

/**
 * The *after* phase. Listeners hear of all changes first, at once; then the hooks run one after the other. The
 * changes are committed: whatever goes wrong here is logged and does not fail the request.
 */
export async function announce(core: Core, changes: readonly Change[]): Promise<void> {
  for (const change of changes) {
    for (const listener of core.listeners) listener(change);
  }
  for (const change of changes) {
    inBackground(core, removeObsoleteFiles(core, change));
    const { action, collection, record, original } = change;
    const event = { collection, record, ...(original && { original }) };
    try {
      await core.chains[CHAINS[action]].run(event, schemaOf(collection).tags, () => undefined);
    } catch (error) {
      const fields = { collection: collection.name, record: record.id, error: String(error) };
      core.logger.log('error', `a hook failed after ${action}`, fields);
    }
  }
}

function inBackground(core: Core, work: Promise<void>): void {
  const tracked = work.finally(() => core.background.delete(tracked));
  core.background.add(tracked);
}
