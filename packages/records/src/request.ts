import type { Collection, FileContent, JsonObject } from '@davit/domain';
import type { RecordData } from './record.ts';

export const REQUEST_CONTEXTS = [
  'default',
  'expand',
  'realtime',
  'protectedFile',
  'batch',
  'oauth2',
  'otp',
  'password',
] as const;
export type RequestContext = (typeof REQUEST_CONTEXTS)[number];

/** Who asks. Made by `records.auth.authenticate`. */
export interface AuthRecord {
  collection: Collection;
  /** the stored record, hidden fields included: never send it out unshaped */
  record: RecordData;
  superuser: boolean;
  /** a program that came with an API key of this record's; absent: the record itself */
  key?: KeyUse;
  /** id of the superuser who made the token to be this record */
  impersonatedBy?: string;
}

/** What an API key allows, at most. */
export interface KeyUse {
  id: string;
  name: string;
  /** `posts:list` and the like, and what they include; collections by id */
  scopes: ReadonlySet<string>;
}

/** One file of a multipart body. */
export interface UploadedFile {
  /** form part name: `avatar`, `documents+`, `+documents` */
  field: string;
  /** as the client called it */
  name: string;
  /** as the client declared it; the real type is sniffed from the content */
  contentType: string;
  content: FileContent;
}

/** One request, free of any transport; what rules see as `@request.*`. */
export interface RequestInfo {
  context: RequestContext;
  method: string;
  /** first value of each name */
  query: Record<string, string>;
  /** first value of each name; names are snake_case: `x_token` */
  headers: Record<string, string>;
  body: JsonObject;
  files?: UploadedFile[];
  /** absent: a guest */
  auth?: AuthRecord | undefined;
  /** the real client address */
  ip: string;
}

/** The same request, some of it exchanged. What nobody has looked at yet is still not worked out. */
export function derived(request: RequestInfo, changes: Partial<RequestInfo>): RequestInfo {
  const { context, method, body, files, auth } = request;
  return {
    context,
    method,
    get query() {
      return request.query;
    },
    get headers() {
      return request.headers;
    },
    body,
    ...(files && { files }),
    auth,
    get ip() {
      return request.ip;
    },
    ...changes,
  };
}
