import { createReadStream } from 'node:fs';
import { link, mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@davit/domain';
import type { BackupFile } from '@davit/domain';
import type { BackupPlace } from './backup-place.ts';

/** `backups/` of the data directory, as PocketBase keeps them. */
export function backupFolder(folder: string): BackupPlace {
  const find = async (key: string): Promise<BackupFile> => {
    const found = await stat(join(folder, key)).catch(() => undefined);
    if (!found?.isFile()) throw new AppError('not_found', `${key} does not exist`);
    return { key, size: found.size, modified: found.mtimeMs };
  };
  return {
    find,
    async list() {
      const names = await readdir(folder).catch(() => []);
      const keys = names.filter((name) => !name.endsWith('.attrs')).sort();
      const files = await Promise.all(keys.map((key) => find(key).catch(() => undefined)));
      return files.filter((file) => file !== undefined);
    },
    /** A link does not replace what is there, as a rename would. */
    async keep(key, path) {
      await mkdir(folder, { recursive: true });
      try {
        await link(path, join(folder, key));
      } catch (cause) {
        if ((cause as { code?: unknown }).code !== 'EEXIST') throw cause;
        throw new AppError('conflict', 'The backup exists already.', { cause });
      }
    },
    read: (key, start, end) => createReadStream(join(folder, key), { start, end }),
    async delete(key) {
      await find(key);
      await rm(join(folder, key));
      await rm(join(folder, `${key}.attrs`), { force: true });
    },
    bring: async (key) => {
      await find(key);
      return join(folder, key);
    },
  };
}
