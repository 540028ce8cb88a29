import type { Collection } from '@davit/domain';
import type { RecordData } from '../record.ts';
import type { SettingsData } from '../settings/settings-data.ts';
import type { RecordTx } from './record-tx.ts';

interface Asynchronous {
  /** Runs the rest of the chain; resolves when everything after this handler is done. */
  next(): Promise<void>;
}

interface RecordSubject {
  kind: 'record';
  collection: Collection;
  /** what is stored; handlers may change its fields before `next()` */
  record: RecordData;
  /** the stored state, on update and delete */
  original?: RecordData;
}

interface CollectionSubject {
  kind: 'collection';
  /** what is stored; handlers may change it before `next()` */
  collection: Collection;
  /** the stored definition, on update and delete */
  original?: Collection;
}

interface SettingsSubject {
  kind: 'settings';
  settings: SettingsData;
  original: SettingsData;
}

/** Whatever `onModel…` hooks speak of. */
export type ModelSubject = RecordSubject | CollectionSubject | SettingsSubject;

/** Around a whole save or removal, checks included, and around the checks alone (`…Validate`). */
export type RecordEvent = RecordSubject & Asynchronous;
export type CollectionEvent = CollectionSubject & Asynchronous;
export type ModelEvent = ModelSubject & Asynchronous;

interface Executing {
  next(): void;
}

/** Inside the transaction, around the write itself: synchronous. */
export type RecordExecuteEvent = RecordSubject & Executing & { tx: RecordTx };
export type CollectionExecuteEvent = CollectionSubject & Executing;
export type ModelExecuteEvent = ModelSubject & Executing;

interface Failable {
  /** why it was not stored; set in the `…Error` hooks */
  error?: unknown;
}

/** After the transaction. */
export type RecordAfterEvent = RecordEvent & Failable;
export type CollectionAfterEvent = CollectionEvent & Failable;
export type ModelAfterEvent = ModelEvent & Failable;
