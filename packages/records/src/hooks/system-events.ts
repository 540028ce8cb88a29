import type { Collection, Field, JsonObject } from '@davit/domain';
import type { BatchItem } from '../batch/batch-item.ts';
import type { CollectionPage } from '../collections/catalog.ts';
import type { RecordData } from '../record.ts';
import type { RequestInfo } from '../request.ts';

interface Asynchronous {
  /** Runs the rest of the chain; resolves when everything after this handler is done. */
  next(): Promise<void>;
}

export interface CollectionsListRequestEvent extends Asynchronous {
  request: RequestInfo;
  /** filled when `next()` has returned; may be replaced */
  result: CollectionPage | undefined;
}

export interface CollectionRequestEvent extends Asynchronous {
  request: RequestInfo;
  /** as it is stored, or will be; handlers may replace it before `next()` */
  collection: Collection;
}

export interface CollectionsImportRequestEvent extends Asynchronous {
  request: RequestInfo;
  /** as sent; may be changed */
  collections: JsonObject[];
  deleteMissing: boolean;
}

export interface FileDownloadRequestEvent extends Asynchronous {
  request: RequestInfo;
  collection: Collection;
  record: RecordData;
  field: Field;
  /** what is read from the file store; may be changed */
  servedPath: string;
  /** what the client is told it is called; may be changed */
  servedName: string;
}

export interface FileTokenRequestEvent extends Asynchronous {
  request: RequestInfo;
  collection: Collection;
  record: RecordData;
  /** may be replaced */
  token: string;
}

export interface BatchRequestEvent extends Asynchronous {
  request: RequestInfo;
  /** may be changed before `next()` */
  batch: BatchItem[];
}

export interface BackupEvent extends Asynchronous {
  /** the archive's name */
  name: string;
}

/** Around the first loading of collections and settings, or the end of the server. */
export type LifecycleEvent = Asynchronous;

export interface TerminateEvent extends Asynchronous {
  /** it starts anew, on what a backup has put in place */
  isRestart: boolean;
}
