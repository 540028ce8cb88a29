import { AppError } from '@davit/domain';
import type { Core } from '../core.ts';
import { castList } from '../fields/cast.ts';
import type { RecordData } from '../record.ts';
import { schemaOf } from '../schema.ts';
import type { Change, Draft } from '../write/draft.ts';

/**
 * Puts the draft's new files where they will stay. The answer takes them back.
 */
export async function storeUploads(core: Core, draft: Draft): Promise<() => Promise<void>> {
  const names = new Set(fileNames(draft, draft.record));
  const uploads = [...draft.uploads.values()].filter(({ storedName }) => names.has(storedName));
  if (uploads.length === 0) return noUndo;
  const store = core.files;
  if (store === undefined) throw new AppError('unsupported', 'Files cannot be stored here.');
  const keyOf = (name: string): string => `${draft.collection.id}/${draft.record.id}/${name}`;
  const undo = async (): Promise<void> => {
    await Promise.all(uploads.map(({ storedName }) => store.delete(keyOf(storedName))));
  };
  try {
    for (const { storedName, file, contentType } of uploads) {
      await store.put(keyOf(storedName), file.content, { contentType, originalName: file.name });
    }
  } catch (error) {
    await undo();
    throw error;
  }
  return undo;
}

/** Removes what a committed change has left without a record. Failures are only logged. */
export async function removeObsoleteFiles(core: Core, change: Change): Promise<void> {
  const { collection, record, original, action } = change;
  if (core.files === undefined || schemaOf(collection).files.length === 0) return;
  const prefix = `${collection.id}/${record.id}`;
  try {
    if (action === 'delete') await core.files.deleteAll(prefix);
    if (original === undefined) return;
    const kept = fileNames(change, record);
    for (const name of fileNames(change, original)) {
      if (kept.includes(name)) continue;
      await core.files.delete(`${prefix}/${name}`);
      await core.files.deleteAll(`${prefix}/thumbs_${name}`);
    }
  } catch (error) {
    core.logger.log('warn', 'obsolete files were not removed', { prefix, error: String(error) });
  }
}

function fileNames({ collection }: Pick<Draft, 'collection'>, record: RecordData): string[] {
  return schemaOf(collection).files.flatMap(({ name }) => castList(record[name] ?? null));
}

/** of what has put nothing anywhere */
export function noUndo(): Promise<void> {
  return Promise.resolve();
}
