import type { JsonObject } from '@davit/domain';
import { badRequest } from '../failure.ts';
import type { UploadedFile } from '../request.ts';

/** One request of a batch, as the client wrote it. */
export interface BatchItem {
  method: string;
  /** `/api/collections/posts/records/id?expand=author` */
  url: string;
  headers: Record<string, string>;
  body: JsonObject;
  files?: UploadedFile[];
}

export type BatchAction = 'create' | 'update' | 'delete' | 'upsert';

export interface BatchTarget {
  action: BatchAction;
  collection: string;
  /** '' for create and upsert */
  id: string;
  query: Record<string, string>;
}

const PATH = /^\/api\/collections\/([^/?]+)\/records(?:\/([^/?]+))?(?:\?(.*))?$/s;
const ACTIONS: Record<string, { action: BatchAction; named: boolean }> = {
  POST: { action: 'create', named: false },
  PUT: { action: 'upsert', named: false },
  PATCH: { action: 'update', named: true },
  DELETE: { action: 'delete', named: true },
};

/** a broken escape, or a separator nobody uses any more */
const MALFORMED = /%(?![0-9a-f]{2})|;/i;

/** What the item wants; undefined for what a batch cannot do. Throws `invalid` for a query that cannot be read. */
export function parseTarget({ method, url }: BatchItem): BatchTarget | undefined {
  const known = ACTIONS[method.toUpperCase()];
  const [, collection, id = '', query = ''] = PATH.exec(url) ?? [];
  if (known === undefined || collection === undefined || known.named !== (id !== '')) {
    return undefined;
  }
  if (MALFORMED.test(query)) throw badRequest();
  const parameters = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(query)) {
    if (!parameters.has(name)) parameters.set(name, value);
  }
  return {
    action: known.action,
    collection: decode(collection),
    id: decode(id),
    query: Object.fromEntries(parameters),
  };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
