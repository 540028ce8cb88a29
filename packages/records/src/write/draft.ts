import type { Collection } from '@davit/domain';
import type { Upload } from '../files/upload.ts';
import type { RecordData } from '../record.ts';

/** A record about to be stored. */
export interface Draft {
  collection: Collection;
  record: RecordData;
  /** absent: it is new */
  original?: RecordData;
  /** by stored name */
  uploads: Map<string, Upload>;
  /** new plain passwords by field */
  passwords: Map<string, string>;
}

/** Everything one record went through in a transaction: what the *after* phase works from. */
export interface Change {
  action: 'create' | 'update' | 'delete';
  collection: Collection;
  record: RecordData;
  original?: RecordData;
  /** who may be told of a deletion, worked out while the record was still there */
  audience?: ReadonlySet<string>;
  /** told when the files it no longer needs are gone, or are needed after all */
  filesSettled?: () => void;
}
