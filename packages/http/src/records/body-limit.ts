import type { Collection, FieldType } from '@davit/domain';
import { BODY_LIMIT } from '../body/read-bytes.ts';

/** What a value may weigh where its field does not say. */
const DEFAULT_BYTES: Partial<Record<FieldType, number>> = {
  file: 5 * 1024 * 1024,
  editor: 5 * 1024 * 1024,
  json: 1024 * 1024,
};

/** What a record of the collection may weigh on its way in: the default and all its large values. */
export function recordBodyLimit(collection: Collection): number {
  let limit = BODY_LIMIT;
  for (const { type, maxSize, maxSelect } of collection.fields) {
    const otherwise = DEFAULT_BYTES[type];
    if (otherwise === undefined) continue;
    const size = typeof maxSize === 'number' && maxSize > 0 ? maxSize : otherwise;
    const count = type === 'file' && typeof maxSelect === 'number' ? Math.max(maxSelect, 1) : 1;
    limit += size * count;
  }
  return limit;
}
