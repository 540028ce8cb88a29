import type { Collection } from '@davit/domain';
import { BODY_LIMIT } from '../body/read-bytes.ts';

const DEFAULT_FILE_BYTES = 5 * 1024 * 1024;

/** What a record of the collection may weigh on its way in: the default and all its files. */
export function recordBodyLimit(collection: Collection): number {
  let limit = BODY_LIMIT;
  for (const field of collection.fields) {
    if (field.type !== 'file') continue;
    const size = typeof field.maxSize === 'number' && field.maxSize > 0 ? field.maxSize : 0;
    const count = typeof field.maxSelect === 'number' && field.maxSelect > 1 ? field.maxSelect : 1;
    limit += (size || DEFAULT_FILE_BYTES) * count;
  }
  return limit;
}
