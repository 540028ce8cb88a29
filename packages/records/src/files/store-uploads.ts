import { AppError, type FileStore } from '@davit/domain';
import type { Core } from '../core.ts';
import { castList } from '../fields/cast.ts';
import type { RecordData } from '../record.ts';
import { schemaOf } from '../schema.ts';
import type { Change, Draft } from '../write/draft.ts';

/** Files that are in their place before the commit. */
export interface StoredUploads {
  /** the commit is through: they stay */
  keep: () => Promise<void>;
  takeBack: () => Promise<void>;
}

/** of a draft without files */
export const NO_UPLOADS: StoredUploads = {
  keep: () => Promise.resolve(),
  takeBack: () => Promise.resolve(),
};

/** Puts the draft's new files where they will stay. */
export async function storeUploads(core: Core, draft: Draft): Promise<StoredUploads> {
  if (draft.uploads.size === 0) return NO_UPLOADS;
  const names = new Set(fileNames(draft, draft.record));
  const uploads = [...draft.uploads.values()].filter(({ storedName }) => names.has(storedName));
  if (uploads.length === 0) return NO_UPLOADS;
  const store = core.files;
  if (store === undefined) throw new AppError('unsupported', 'Files cannot be stored here.');
  const prefix = `${draft.collection.id}/${draft.record.id}`;
  const keyOf = (name: string): string => `${prefix}/${name}`;
  const end = core.journal?.begin({ prefix, names: uploads.map((upload) => upload.storedName) });
  const takeBack = async (): Promise<void> => {
    await Promise.all(uploads.map(({ storedName }) => store.delete(keyOf(storedName))));
    end?.();
  };
  try {
    for (const { storedName, file, contentType } of uploads) {
      await store.put(keyOf(storedName), file.content, { contentType, originalName: file.name });
    }
  } catch (error) {
    await takeBack();
    throw error;
  }
  return {
    takeBack,
    keep: () => {
      end?.();
      return Promise.resolve();
    },
  };
}

/** Removes what a committed change has left without a record. Failures are only logged. */
export async function removeObsoleteFiles(core: Core, change: Change): Promise<void> {
  const { collection, record, action } = change;
  if (core.files === undefined || schemaOf(collection).files.length === 0) return;
  const prefix = `${collection.id}/${record.id}`;
  try {
    if (action === 'delete') await core.files.deleteAll(prefix);
    else for (const name of obsoleteNames(change)) await removeFile(core.files, prefix, name);
    change.filesSettled?.();
  } catch (error) {
    core.logger.log('warn', 'obsolete files were not removed', { prefix, error: String(error) });
  }
}

/** Called in the transaction that makes files obsolete: a process that is killed before they are gone finds them. */
export function noteObsoleteFiles(core: Core, change: Change): Change {
  if (core.journal === undefined || schemaOf(change.collection).files.length === 0) return change;
  const names = obsoleteNames(change);
  if (names.length === 0) return change;
  const prefix = `${change.collection.id}/${change.record.id}`;
  try {
    return { ...change, filesSettled: core.journal.begin({ prefix, names }) };
  } catch (error) {
    // a full disk, say: then above all it must be possible to remove something
    core.logger.log('warn', 'obsolete files were not noted', { prefix, error: String(error) });
    return change;
  }
}

/** A file and its thumbnails. */
export async function removeFile(files: FileStore, prefix: string, name: string): Promise<void> {
  await files.delete(`${prefix}/${name}`);
  await files.deleteAll(`${prefix}/thumbs_${name}`);
}

function obsoleteNames(change: Change): string[] {
  if (change.action === 'delete') return fileNames(change, change.record);
  if (change.original === undefined) return [];
  const kept = fileNames(change, change.record);
  return fileNames(change, change.original).filter((name) => !kept.includes(name));
}

export function fileNames({ collection }: Pick<Draft, 'collection'>, record: RecordData): string[] {
  return schemaOf(collection).files.flatMap(({ name }) => castList(record[name] ?? null));
}
