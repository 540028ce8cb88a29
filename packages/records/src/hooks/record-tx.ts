import type { PlatformTx, Row } from '@davit/domain';
import type { AuditNote, Requester } from '../audit/audit.ts';
import type { RecordData } from '../record.ts';

/**
 * Synchronous work on records inside the running transaction. Changes made here are announced (after-hooks,
 * realtime) once it is committed. Collections are named by id or name.
 */
export interface RecordTx {
  get(collection: string, id: string): RecordData | undefined;
  /** records whose columns equal all of `where`, oldest first */
  find(collection: string, where: Row): RecordData[];
  /**
   * Inserts (no such id yet, or none given) or updates; only the given fields change. No rules, no request
   * hooks, no validation; passwords must be hashed already. Throws `conflict` on a violated unique index.
   */
  save(collection: string, record: Partial<RecordData>): RecordData;
  /** Deletes with cascades. Throws `not_found`; `invalid` when a required relation refers to it. */
  remove(collection: string, id: string): void;
  /** One more entry of the audit log. */
  audit(by: Requester, note: AuditNote): void;
  readonly platform: PlatformTx;
}
