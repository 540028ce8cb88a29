import type { Collection } from './collection.ts';
import type { PlatformTx } from './platform-store.ts';
import type { Query, Row } from './query.ts';

export interface PageRequest {
  offset: number;
  limit: number;
  /** count the whole result too; otherwise `total` is -1 */
  count: boolean;
}
export interface RowPage {
  rows: Row[];
  total: number;
}

/**
 * Where records live. All reads go to `find`; all changes go through one of two doors.
 * Errors: `unavailable` (database locked by another process), `conflict` (`data` names the columns of a
 * violated unique index), `invalid` (the query cannot be run), `timeout`.
 */
export interface RecordStore {
  /** Ends early when `signal` does: nobody waits for the answer any more. */
  find(query: Query, page: PageRequest, signal?: AbortSignal): Promise<RowPage>;
  /**
   * Short synchronous work. Operations queued in the same tick share one transaction (group commit),
   * each under its own savepoint: one that throws is undone alone. Resolves after COMMIT.
   */
  write<T>(operation: (tx: WriteTx) => T): Promise<T>;
  /** Exclusive; awaits are allowed inside. Rolled back when `run` throws. */
  transaction<T>(run: (tx: WriteTx) => Promise<T>): Promise<T>;
}

/** Reads inside see the transaction's own writes. Columns are named as in the collection. */
export interface WriteTx {
  get(collection: Collection, id: string): Row | undefined;
  /** rows whose columns equal all of `where`; ordered by rowid */
  find(collection: Collection, where: Row): Row[];
  query(query: Query, page: PageRequest): RowPage;
  insert(collection: Collection, row: Row): void;
  /** Changes the given columns only. Throws `not_found` when no such row is there. */
  update(collection: Collection, id: string, row: Row): void;
  /** Throws `not_found` when no such row is there. */
  delete(collection: Collection, id: string): void;
  /** Writes a row of `_params` as it is. */
  setParamText(key: string, text: string): void;
  readonly collections: CollectionTx;
  readonly platform: PlatformTx;
}

/** Collection definitions and the tables behind them change together. */
export interface CollectionTx {
  /** `previous` undefined: creates the table; otherwise alters it, matching fields by id. */
  save(collection: Collection, previous: Collection | undefined): void;
  delete(collection: Collection): void;
}

export interface CollectionStore {
  loadCollections(): Promise<Collection[]>;
  /** A row of `_params`, parsed; undefined when absent. */
  getParam(key: string): Promise<unknown>;
  /** Writes a row of `_params`; `also` runs in the same transaction. */
  setParam(key: string, value: unknown, also?: (tx: WriteTx) => void): Promise<void>;
  /** The same with text that is stored as it is (encrypted settings). */
  setParamText(key: string, text: string, also?: (tx: WriteTx) => void): Promise<void>;
}
