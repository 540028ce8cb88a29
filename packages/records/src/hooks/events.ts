import type { Collection, JsonObject } from '@davit/domain';
import type { AuditNote } from '../audit/audit.ts';
import type { InternalOperations } from '../operations.ts';
import type { RecordData } from '../record.ts';
import type { AuthRecord, RequestInfo } from '../request.ts';
import type { RecordTx } from './record-tx.ts';
import type { RealtimeClient, RealtimeMessage } from '../realtime/client.ts';

interface Asynchronous {
  /** Runs the rest of the chain; resolves when everything after this handler is done. */
  next(): Promise<void>;
}

export interface RecordsListRequestEvent extends Asynchronous {
  collection: Collection;
  request: RequestInfo;
  /** filled when `next()` has returned; may be replaced */
  records: RecordData[];
  page: number;
  perPage: number;
  totalItems: number;
  totalPages: number;
}

export interface RecordViewRequestEvent extends Asynchronous {
  collection: Collection;
  request: RequestInfo;
  record: RecordData;
}

/** A write that a client asked for; the rules have let it through, nothing is stored yet. */
export interface RecordWriteRequestEvent extends Asynchronous {
  collection: Collection;
  request: RequestInfo;
  /** what will be stored; handlers may change it before `next()`. On delete: the stored record */
  record: RecordData;
  /** the stored state, on update and delete */
  original?: RecordData;
  /**
   * What the audit log calls this, whoever asks; may be set before `next()`. Where it is not set, it notes what
   * superusers and API keys do, as `record.create` and the like.
   */
  audit?: AuditNote;
  /** Trusted access that sees what the batch around this request has written so far. */
  records: InternalOperations;
  /**
   * Registers synchronous work that runs in the same transaction just before the record's own write.
   * It aborts the write by throwing an AppError.
   */
  commit(step: (tx: RecordTx) => void): void;
}

/** The last word on what a client sees of a record. */
export interface RecordEnrichEvent extends Asynchronous {
  collection: Collection;
  request: RequestInfo;
  record: RecordData;
  /** what goes out; may be changed */
  json: JsonObject;
}

export interface RecordAuthRequestEvent extends Asynchronous {
  collection: Collection;
  request: RequestInfo;
  record: RecordData;
  token: string;
  /** password, otp, oauth2; '' for refresh and impersonate */
  method: string;
  meta?: JsonObject;
}

export interface RecordAuthWithPasswordRequestEvent extends Asynchronous {
  collection: Collection;
  request: RequestInfo;
  /** absent: nobody of that name; a handler may supply one */
  record?: RecordData | undefined;
  identity: string;
  identityField: string;
  password: string;
}

/** `next()` resolves when the connection has ended. */
export interface RealtimeConnectRequestEvent extends Asynchronous {
  client: RealtimeClient;
  /** milliseconds without a message until it is ended; may be changed before `next()` */
  idleTimeout: number;
  /** milliseconds until it is ended at the latest; may be changed before `next()` */
  maxTimeout: number;
}

export interface RealtimeSubscribeRequestEvent extends Asynchronous {
  client: RealtimeClient;
  request: RequestInfo;
  subscriptions: string[];
}

export interface RealtimeMessageSendEvent extends Asynchronous {
  client: RealtimeClient;
  auth: AuthRecord | undefined;
  message: RealtimeMessage;
}
