import type { JsonObject } from '@davit/domain';
import { pb } from './client.ts';
import { PER_PAGE, type Page } from './page.ts';
import { toBodyProblem } from './problem.ts';

/** Who did what, to what, from where. */
export interface AuditEntry {
  seq: number;
  id: string;
  created: string;
  action: string;
  outcome: 'started' | 'done' | 'failed';
  actorType: 'superuser' | 'user' | 'guest';
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

/** Saves what matches as NDJSON; the header carries the token, so a plain link would not do. */
export async function downloadAudit(filter: string): Promise<void> {
  const response = await fetch(`${PATH}/export?filter=${encodeURIComponent(filter)}`, {
    headers: { Authorization: pb.authStore.token },
  });
  if (!response.ok) {
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- a problem carries the status
    throw toBodyProblem(response.status, await response.json().catch(() => ({})));
  }
  const url = URL.createObjectURL(await response.blob());
  Object.assign(document.createElement('a'), { href: url, download: 'audit.ndjson' }).click();
  URL.revokeObjectURL(url);
}
