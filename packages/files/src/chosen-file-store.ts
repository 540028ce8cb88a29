import type { FileStore } from '@davit/domain';
import { createS3FileStore } from './s3/s3-file-store.ts';
import type { S3Options } from './s3/s3-client.ts';

/** The bucket while there are settings for one, the local folder otherwise; asked for at each use. */
export function createChosenFileStore(
  local: FileStore,
  bucket: () => S3Options | undefined,
): FileStore {
  let known: { options: S3Options; store: FileStore } | undefined;
  const chosen = (): FileStore => {
    const options = bucket();
    if (!options) return local;
    if (known?.options !== options) known = { options, store: createS3FileStore(options) };
    return known.store;
  };
  return {
    put: (key, content, metadata) => chosen().put(key, content, metadata),
    open: (key) => chosen().open(key),
    get: (key) => chosen().get(key),
    delete: (key) => chosen().delete(key),
    deleteAll: (prefix) => chosen().deleteAll(prefix),
  };
}
