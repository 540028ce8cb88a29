import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '@davit/domain';
import { followDirectory } from '@davit/records';
import type { Directory } from './open-directory.ts';

/**
 * Keeps this process and others on the same directory (commands, PocketBase) equal: what they write is seen within
 * a second; PocketBase is told of other collections and settings in its way. Answers how to stop.
 */
export function followOthers(
  { database, records }: Directory,
  { dir, logger }: { dir: string; logger: Logger },
): () => Promise<void> {
  const folder = join(dir, '.notify');
  const mark = `@davit${randomBytes(5).toString('hex')}`;
  const tell = async (what: string): Promise<void> => {
    if (!existsSync(folder)) return; // nobody watches
    const file = join(folder, what + mark);
    try {
      await writeFile(file, '');
      await rm(file, { force: true });
    } catch (error) {
      logger.log('warn', 'other processes were not told of a change', { error: String(error) });
    }
  };
  const after = (what: string) => async (event: { next(): Promise<void> }) => {
    await event.next();
    await tell(what);
  };
  const { hooks } = records;
  const ids = [
    hooks.onCollectionAfterCreateSuccess(after('collections')),
    hooks.onCollectionAfterUpdateSuccess(after('collections')),
    hooks.onCollectionAfterDeleteSuccess(after('collections')),
    hooks.onModelAfterUpdateSuccess(after('settings'), { tags: ['_params'] }),
  ];
  const stop = followDirectory({
    version: () => database.version(),
    refresh: () => records.refresh(),
    logger,
  });
  return async () => {
    for (const id of ids) hooks.off(id);
    await stop();
  };
}
