import { join } from 'node:path';
import { AppError } from '@davit/domain';
import type { BackupFile } from '@davit/domain';
import { S3Client } from '../s3/s3-client.ts';
import type { S3Options } from '../s3/s3-client.ts';
import type { BackupPlace } from './backup-place.ts';
import type { Packer } from './packer.ts';
import { writeThrough } from './write-through.ts';

/** The top of a bucket, as PocketBase keeps them. */
export function backupBucket(options: S3Options, packer: Packer): BackupPlace {
  const client = new S3Client(options);
  const find = async (key: string): Promise<BackupFile> => {
    const { headers } = await client.send('HEAD', { key });
    return {
      key,
      size: Number(headers.get('content-length')),
      modified: Date.parse(headers.get('last-modified') ?? '') || 0,
    };
  };
  return {
    find,
    async list() {
      const files: BackupFile[] = [];
      for await (const file of client.list('', '/')) files.push(file);
      return files;
    },
    async keep(key, path) {
      if (await exists(find, key)) throw new AppError('conflict', 'The backup exists already.');
      await packer({ kind: 'send', zip: path, bucket: options, key });
    },
    read: (key, start, end) => client.stream(key, { range: `bytes=${start}-${end}` }),
    async delete(key) {
      await find(key); // deleting what is not there succeeds
      await client.send('DELETE', { key });
    },
    async bring(key, folder) {
      const path = join(folder, 'brought.zip');
      await writeThrough(client.stream(key), path);
      return path;
    },
  };
}

async function exists(find: BackupPlace['find'], key: string): Promise<boolean> {
  try {
    await find(key);
    return true;
  } catch (error) {
    if (AppError.is(error, 'not_found')) return false;
    throw error;
  }
}
