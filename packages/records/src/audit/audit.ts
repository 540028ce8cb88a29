import type { JsonObject } from '@davit/domain';
import type { OwnPage } from '../own-tables/own-page.ts';
import type { RequestInfo } from '../request.ts';

/** Who asks, and from where. */
export interface Requester extends Pick<RequestInfo, 'auth' | 'ip'> {
  /** name of the machine's user who runs a command, instead of anybody who asks */
  command?: string;
}

/** What was done. Names only: values may be secrets. */
export interface AuditNote {
  /** `record.update`, `rollout.deploy`, `settings.update`, … */
  action: string;
  /** name of the collection it was done to */
  collection?: string;
  /** id of the record, or the name of whatever else it was done to */
  record?: string;
  detail?: JsonObject;
}

export const OUTCOMES = ['done', 'started', 'failed'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/**
 * Who did what, to what, from where: append-only. Changes of the database are noted in their own transaction;
 * what happens elsewhere is noted before it begins (`started`), and once more when it fails.
 */
export interface AuditLog {
  /** Notes something that is done; resolves when it is stored. */
  note(by: Requester, note: AuditNote): Promise<void>;
  /** Notes that `work` starts, then runs it; its failure is noted too. */
  around<T>(by: Requester, note: AuditNote, work: () => Promise<T>): Promise<T>;
  /** One page, newest first unless sorted otherwise. Errors: `invalid`. */
  page(parameters: Record<string, string>): Promise<OwnPage<JsonObject>>;
  /** Errors: `not_found`. */
  get(id: string): Promise<JsonObject>;
  /** Everything that matches, oldest first, read piece by piece. Errors: `invalid`, before the first entry. */
  export(filter: string): AsyncGenerator<JsonObject>;
  /** Days that entries are kept; 0: for ever. */
  readonly maxDays: number;
  /** Errors: `invalid` with `data`. */
  setMaxDays(by: Requester, body: JsonObject): Promise<void>;
  /** Removes what is older than `maxDays`. */
  cleanUp(): Promise<void>;
}
