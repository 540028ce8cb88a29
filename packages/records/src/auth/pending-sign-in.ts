import type { Collection, JsonObject } from '@davit/domain';
import type { RecordData } from '../record.ts';
import type { RequestInfo } from '../request.ts';

/** Somebody who has shown who they are, on the way to an answer. */
export interface SignIn {
  collection: Collection;
  record: RecordData;
  token: string;
  request: RequestInfo;
  /** '' for refresh and impersonate, which need no second factor */
  method: string;
  meta?: JsonObject;
}
