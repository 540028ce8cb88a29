import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { AppError } from '@davit/domain';
import type { BackupFile } from '@davit/domain';
import { S3Client } from '../s3/s3-client.ts';
import type { S3Options } from '../s3/s3-client.ts';
import { uploadFile } from '../s3/upload-file.ts';
import type { BackupPlace } from './backup-place.ts';
import { sha256Of, sha256OfFile } from './manifest.ts';

/** The top of a bucket, as PocketBase keeps them. */
export function backupBucket(options: S3Options): BackupPlace {
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
      await uploadFile(client, key, { path });
      if ((await sha256Of(client.stream(key))) === (await sha256OfFile(path))) return;
      await client.send('DELETE', { key });
      throw new AppError('unavailable', 'The file storage keeps something else than was sent.');
    },
    read: (key) => client.stream(key),
    async delete(key) {
      await find(key); // deleting what is not there succeeds
      await client.send('DELETE', { key });
    },
    async bring(key, folder) {
      const path = join(folder, 'brought.zip');
      await pipeline(client.stream(key), createWriteStream(path, { flags: 'wx' }));
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
