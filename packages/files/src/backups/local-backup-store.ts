import { randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { link, mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { AppError } from '@davit/domain';
import type { BackupFile, BackupStore, SnapshotSource } from '@davit/domain';
import { isKey } from '../key.ts';
import { collectFiles, listFiles, TEMPORARY } from './directory-files.ts';
import { MANIFEST_NAME, manifestComment, ManifestCheck, sha256OfFile } from './manifest.ts';
import type { Manifest } from './manifest.ts';
import { extractEntry, withZip, writeZip } from './zip-file.ts';

export interface LocalBackupStoreOptions {
  /** PocketBase's `pb_data` */
  directory: string;
  databases: SnapshotSource;
}

/** Backups as zip files in `backups/`, as PocketBase keeps and reads them. */
export function createLocalBackupStore(options: LocalBackupStoreOptions): BackupStore {
  const { directory, databases } = options;
  const folder = join(directory, 'backups');
  const pathOf = (key: string): string => {
    if (isKey(key) && !key.includes('/')) return join(folder, key);
    throw new AppError('not_found', 'There is no such backup.');
  };
  return {
    list: () => list(folder),
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
        await pack(content, zip);
        await check(zip);
        await publish(zip, pathOf(key), folder);
      }),
    add: (key, content) =>
      inTemporary(directory, async (temporary) => {
        const zip = join(temporary, 'upload.zip');
        const path = pathOf(key);
        await pipeline(content, createWriteStream(zip, { flags: 'wx' }));
        await check(zip);
        await publish(zip, path, folder);
      }),
    read: (key) => read(pathOf(key), key),
    async delete(key) {
      const path = pathOf(key);
      await read(path, key);
      await rm(path);
      await rm(`${path}.attrs`, { force: true });
    },
    async stage(key) {
      await read(pathOf(key), key);
      const temporary = await makeTemporary(directory);
      try {
        await unpack(pathOf(key), temporary);
        await databases.verify(temporary);
        return temporary;
      } catch (error) {
        await rm(temporary, { recursive: true, force: true });
        throw error;
      }
    },
  };
}

async function list(folder: string): Promise<BackupFile[]> {
  const names = await readdir(folder).catch(() => []);
  const files: BackupFile[] = [];
  for (const key of names.filter((name) => !name.endsWith('.attrs')).sort()) {
    const found = await stat(join(folder, key)).catch(() => undefined);
    if (found?.isFile()) files.push({ key, size: found.size, modified: found.mtimeMs });
  }
  return files;
}

async function read(
  path: string,
  key: string,
): Promise<BackupFile & { stream: () => AsyncIterable<Uint8Array> }> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile()) throw new AppError('not_found', `${key} does not exist`);
  const { size, mtimeMs } = found;
  return { key, size, modified: mtimeMs, stream: () => createReadStream(path) };
}

async function pack(content: string, zip: string): Promise<void> {
  const names = (await listFiles(content)).filter((name) => name !== MANIFEST_NAME);
  const manifest: Manifest = {};
  for (const name of names) manifest[name] = await sha256OfFile(join(content, name));
  const text = JSON.stringify(manifest);
  const files = names.map((name) => ({ name, path: join(content, name) }));
  await writeZip(zip, files, { name: MANIFEST_NAME, text, comment: manifestComment(text) });
}

/** Reads all of it. Errors: `invalid`. */
function check(zip: string): Promise<void> {
  return withZip(zip, async (content) => {
    const manifest = new ManifestCheck(content);
    for await (const { name, read: readEntry } of content.entries()) {
      await drain(manifest.watch(name, readEntry()));
    }
    manifest.finish();
  });
}

function unpack(zip: string, folder: string): Promise<void> {
  return withZip(zip, async (content) => {
    const manifest = new ManifestCheck(content);
    for await (const entry of content.entries()) {
      const { name } = entry;
      await extractEntry(folder, { ...entry, read: () => manifest.watch(name, entry.read()) });
    }
    manifest.finish();
    await rm(join(folder, MANIFEST_NAME), { force: true });
  });
}

async function drain(content: AsyncIterator<unknown>): Promise<void> {
  while (!(await content.next()).done);
}

/** A link does not replace what is there, as a rename would. */
async function publish(zip: string, path: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  try {
    await link(zip, path);
  } catch (cause) {
    if ((cause as { code?: unknown }).code !== 'EEXIST') throw cause;
    throw new AppError('conflict', 'The backup exists already.', { cause });
  }
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
