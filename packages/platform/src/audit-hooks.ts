import type { RecordWriteRequestEvent } from '@davit/records';
import { COLLECTION_IDS } from './collections.ts';
import type { PlatformParts } from './parts.ts';

const { projects, deployments, rollouts, autoUpdates } = COLLECTION_IDS;

/** What happens to projects and what is in them is in the audit log, whoever does it; others give it a finer name. */
export function auditAll({ records }: PlatformParts): void {
  const options = (id: string): { tags: string[]; id: string; priority: number } => ({
    tags: [projects, deployments, rollouts, autoUpdates],
    id,
    priority: -1,
  });
  const named =
    (action: string) =>
    (e: RecordWriteRequestEvent): Promise<void> => {
      const { project } = e.record;
      e.audit = { action, detail: typeof project === 'string' ? { project } : {} };
      return e.next();
    };
  const { hooks } = records;
  hooks.onRecordCreateRequest(named('record.create'), options('platform.audit.create'));
  hooks.onRecordUpdateRequest(named('record.update'), options('platform.audit.update'));
  hooks.onRecordDeleteRequest(named('record.delete'), options('platform.audit.delete'));
}
