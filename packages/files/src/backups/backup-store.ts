import { randomBytes } from 'node:crypto';
import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@davit/domain';
import type { BackupStore, SnapshotSource } from '@davit/domain';
import { isKey } from '../key.ts';
import type { S3Options } from '../s3/s3-client.ts';
import { backupBucket } from './backup-bucket.ts';
import { backupFolder } from './backup-folder.ts';
import type { BackupPlace } from './backup-place.ts';
import { collectFiles, TEMPORARY } from './directory-files.ts';
import { createPacker } from './packer.ts';
import type { PackerOptions } from './packer.ts';
import { writeThrough } from './write-through.ts';

export interface BackupStoreOptions {
  /** PocketBase's `pb_data` */
  directory: string;
  databases: SnapshotSource;
  /** where they are kept while there are settings for one; otherwise in `backups/` */
  bucket?: () => S3Options | undefined;
  packer?: PackerOptions;
}

/** Backups as zip files that PocketBase makes and reads too. */
export function createBackupStore(options: BackupStoreOptions): BackupStore {
  const { directory, databases, bucket } = options;
  const packer = createPacker(options.packer);
  const folder = backupFolder(join(directory, 'backups'));
  const place = (): BackupPlace => {
    const settings = bucket?.();
    return settings ? backupBucket(settings, packer) : folder;
  };
  return {
    list: () => place().list(),
    create: (key) =>
      inTemporary(directory, async (temporary) => {
        const content = join(temporary, 'content');
        await mkdir(content);
        // Twice: files that come or go while the databases are copied are there in any case.
        await collectFiles(directory, content);
        await databases.snapshot(content);
        await collectFiles(directory, content);
        await databases.verify(content);
        const zip = join(temporary, 'backup.zip');
        await packer({ kind: 'pack', folder: content, zip });
        await rm(content, { recursive: true });
        await packer({ kind: 'check', zip });
        await reachDisk(zip);
        await place().keep(checked(key), zip);
      }),
    add: (key, content) =>
      inTemporary(directory, async (temporary) => {
        const zip = join(temporary, 'upload.zip');
        await writeThrough(content, zip);
        await packer({ kind: 'check', zip });
        await reachDisk(zip);
        await place().keep(checked(key), zip);
      }),
    async read(key) {
      const here = place();
      const found = await here.find(checked(key));
      return { ...found, read: (start, end) => here.read(key, start, end) };
    },
    delete: async (key) => place().delete(checked(key)),
    async stage(key) {
      const temporary = await makeTemporary(directory);
      try {
        return await inTemporary(directory, async (passing) => {
          const zip = await place().bring(checked(key), passing);
          await packer({ kind: 'unpack', zip, folder: temporary });
          await databases.verify(temporary);
          return temporary;
        });
      } catch (error) {
        await rm(temporary, { recursive: true, force: true });
        throw error;
      }
    },
  };
}

function checked(key: string): string {
  if (isKey(key) && !key.includes('/')) return key;
  throw new AppError('not_found', 'There is no such backup.');
}

async function reachDisk(path: string): Promise<void> {
  await using file = await open(path);
  await file.sync();
}

async function makeTemporary(directory: string): Promise<string> {
  const path = join(directory, TEMPORARY, randomBytes(6).toString('hex'));
  await mkdir(path, { recursive: true });
  return path;
}

async function inTemporary<T>(directory: string, work: (folder: string) => Promise<T>): Promise<T> {
  const temporary = await makeTemporary(directory);
  try {
    return await work(temporary);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}
