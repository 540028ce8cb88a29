import type { JsonObject } from '@davit/domain';
import { pb } from './client.ts';
import { download } from './download.ts';
import { PER_PAGE, type Page } from './page.ts';

/** Who did what, to what, from where. */
export interface AuditEntry {
  seq: number;
  id: string;
  created: string;
  action: string;
  outcome: 'started' | 'done' | 'failed';
  actorType: 'superuser' | 'user' | 'guest' | 'command';
  actorCollection: string;
  actorId: string;
  actorName: string;
  /** the API key that was used, or '' */
  keyId: string;
  keyName: string;
  /** id of the superuser who acted as the actor, or '' */
  impersonatedBy: string;
  ip: string;
  collection: string;
  record: string;
  detail: JsonObject;
}

const PATH = '/api/davit/v1/audit';

/** Newest first. */
export const findEntries = (page: number, filter: string): Promise<Page<AuditEntry>> =>
  pb.send<Page<AuditEntry>>(PATH, { query: { page, perPage: PER_PAGE, filter } });

export const getEntry = (id: string): Promise<AuditEntry> =>
  pb.send<AuditEntry>(`${PATH}/${encodeURIComponent(id)}`, {});

/** Saves what matches as NDJSON. */
export const downloadAudit = (filter: string): Promise<void> =>
  download(`${PATH}/export?filter=${encodeURIComponent(filter)}`, 'audit.ndjson');
