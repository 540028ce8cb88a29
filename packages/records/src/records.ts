import type {
  Clock,
  CollectionStore,
  FileStore,
  Logger,
  PasswordHasher,
  RecordStore,
  TokenSigner,
} from '@davit/domain';
import { AppError } from '@davit/domain';
import type { Authentication, Superusers } from './auth/sign-in.ts';
import type { Collections } from './collections/catalog.ts';
import type { Hooks } from './hooks/hooks.ts';
import type { InternalOperations, RecordsTransaction, RequestOperations } from './operations.ts';
import type { Realtime } from './realtime/realtime.ts';

export interface RecordsOptions {
  store: RecordStore & CollectionStore;
  hasher: PasswordHasher;
  tokens: TokenSigner;
  /** absent: uploads are refused */
  files?: FileStore;
  clock?: Clock;
  logger: Logger;
}

/** Collections, records and everything around them. */
export interface Records extends RequestOperations, InternalOperations, AsyncDisposable {
  readonly collections: Collections;
  readonly hooks: Hooks;
  readonly auth: Authentication;
  readonly superusers: Superusers;
  readonly realtime: Realtime;
  /** Exclusive; rolled back when `run` throws. */
  transaction<T>(run: (tx: RecordsTransaction) => Promise<T>): Promise<T>;
  /** Ends realtime clients and waits for after-hooks under way. The store stays open. */
  close(): Promise<void>;
}

/** Loads the collections and answers requests until `close`. */
export function openRecords(_options: RecordsOptions): Promise<Records> {
  return Promise.reject(new AppError('unsupported', 'Records cannot be opened yet.'));
}
