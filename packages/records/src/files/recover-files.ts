import type { RecordStore } from '@davit/domain';
import type { Core } from '../core.ts';
import { schemaOf } from '../schema.ts';
import { fileNames, removeFile } from './store-uploads.ts';

/**
 * Files and records agree again after a process was killed: what it had begun is looked at, nothing else. What cannot
 * be settled now waits for the next start.
 */
export async function recoverFiles(core: Core, store: Pick<RecordStore, 'write'>): Promise<void> {
  const { journal, files, logger } = core;
  if (!journal || !files) return;
  for (const { prefix, names, end } of journal.unfinished()) {
    try {
      const kept = await namesNow(core, store, prefix);
      const strays = names.filter((name) => kept?.includes(name) === false);
      if (kept === undefined) await files.deleteAll(prefix);
      for (const name of strays) await removeFile(files, prefix, name);
      end();
    } catch (error) {
      logger.log('warn', 'files of an earlier process were not settled', { prefix, error });
    }
  }
}

/** The files the record refers to; undefined where it is gone. */
async function namesNow(
  core: Core,
  store: Pick<RecordStore, 'write'>,
  prefix: string,
): Promise<string[] | undefined> {
  const [collectionId = '', id = ''] = prefix.split('/');
  const collection = core.catalog.find(collectionId);
  if (!collection) return undefined;
  const row = await store.write((tx) => tx.get(collection, id));
  return row && fileNames({ collection }, schemaOf(collection).fromRow(row));
}
