import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AppError } from '@davit/domain';
import type { FileMetadata, FileStore } from '@davit/domain';
import { formatAttributes, parseAttributes } from './attributes.ts';
import { isKey, toPath } from './key.ts';

/**
 * Files below one folder, in PocketBase's layout: `<collectionId>/<recordId>/<file>` and a side-car `<file>.attrs`.
 * A file appears whole or not at all. Errors: `invalid` (a key that leaves the folder), `not_found`.
 */
export function createLocalFileStore(root: string): FileStore {
  return {
    async put(key, content, metadata) {
      const path = pathOf(root, key);
      await mkdir(dirname(path), { recursive: true });
      const md5 = createHash('md5').update(content).digest('base64');
      // The side-car goes first: a visible file always has its type.
      await writeWhole(`${path}.attrs`, formatAttributes(metadata, md5));
      await writeWhole(path, content);
    },
    async get(key) {
      const path = pathOf(root, key);
      const content = await read(path);
      const [metadata, { mtimeMs }] = await Promise.all([readMetadata(path), stat(path)]);
      return { content, metadata, modified: mtimeMs };
    },
    async delete(key) {
      const path = pathOf(root, key);
      await rm(path, { force: true });
      await rm(`${path}.attrs`, { force: true });
      await removeEmpty(dirname(path));
    },
    async deleteAll(prefix) {
      const path = pathOf(root, prefix);
      await rm(path, { recursive: true, force: true });
      await removeEmpty(dirname(path));
    },
  };
}

function pathOf(root: string, key: string): string {
  if (!isKey(key)) throw new AppError('invalid', 'Invalid file name.');
  return join(root, toPath(key));
}

async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await writeFile(temporary, content, { flag: 'wx' });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

async function read(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    if (isAbsent(cause)) throw new AppError('not_found', 'The file was not found.', { cause });
    throw cause;
  }
}

async function readMetadata(path: string): Promise<FileMetadata> {
  try {
    return parseAttributes(await readFile(`${path}.attrs`, 'utf8'));
  } catch (error) {
    if (!isAbsent(error)) throw error;
    return { contentType: 'application/octet-stream', originalName: '' };
  }
}

/** Folders of records without files do not pile up. */
async function removeEmpty(folder: string): Promise<void> {
  try {
    await rmdir(folder);
  } catch (error) {
    if (!isAbsent(error) && !isCode(error, 'ENOTEMPTY')) throw error;
  }
}

function isAbsent(error: unknown): boolean {
  return isCode(error, 'ENOENT') || isCode(error, 'ENOTDIR') || isCode(error, 'EISDIR');
}

function isCode(error: unknown, code: string): boolean {
  return (error as { code?: unknown }).code === code;
}
