import type { JsonObject } from '@davit/domain';
import type { RecordTx } from './hooks/record-tx.ts';
import type { RecordData } from './record.ts';
import type { RequestInfo } from './request.ts';

export interface ListResult {
  items: JsonObject[];
  page: number;
  perPage: number;
  /** -1 with `skipTotal` */
  totalItems: number;
  totalPages: number;
}

/**
 * What a client may do. Collections are named by id or name (any case). `request.query` holds the parameters
 * (`page perPage skipTotal sort filter expand fields`).
 * Errors, with PocketBase's messages: `not_found` (collection, record, or a rule that hides it), `forbidden`
 * (null rule), `invalid` (parameters, field errors in `data`, a create rule that refuses).
 */
export interface RequestOperations {
  list(collection: string, request: RequestInfo): Promise<ListResult>;
  view(collection: string, id: string, request: RequestInfo): Promise<JsonObject>;
  create(collection: string, request: RequestInfo): Promise<JsonObject>;
  update(collection: string, id: string, request: RequestInfo): Promise<JsonObject>;
  delete(collection: string, id: string, request: RequestInfo): Promise<void>;
}

export interface FindOptions {
  /** PocketBase's filter language; placeholders `{:name}` take values from `params` */
  filter?: string;
  params?: Record<string, string | number | boolean | null>;
  /** `-created,name` */
  sort?: string;
  /** default: all */
  limit?: number;
  offset?: number;
}

/**
 * Trusted access: no rules, no request hooks; hidden fields included. Validation, commit hooks, after-hooks and
 * realtime happen as for a client's write. Errors: `not_found`, `invalid` (with `data`).
 */
export interface InternalOperations {
  find(collection: string, options?: FindOptions): Promise<RecordData[]>;
  get(collection: string, id: string): Promise<RecordData | undefined>;
  /**
   * Inserts (no `id`, or one that does not exist yet) or updates the given fields. A password that differs from
   * the stored hash is taken as a new plain password.
   */
  save(collection: string, record: Partial<RecordData>): Promise<RecordData>;
  remove(collection: string, id: string): Promise<void>;
  /** One synchronous piece of work in one transaction; the cheapest way to change several records together. */
  commit<T>(work: (tx: RecordTx) => T): Promise<T>;
}

/**
 * Operations that share one transaction; after-hooks and realtime wait for its end. A write that fails may have
 * done half of its work: let the error through, so that all of it is rolled back.
 */
export interface RecordsTransaction extends RequestOperations, InternalOperations {}
