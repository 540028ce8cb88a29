import { createHash, randomBytes } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import {
  copyFile,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  rmdir,
  stat,
  writeFile,
} from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { AppError } from '@davit/domain';
import type { FileContent, FileMetadata, FileStore } from '@davit/domain';
import { formatAttributes, parseAttributes } from './attributes.ts';
import { isKey, toPath } from './key.ts';

/** Where the disk can share blocks nothing is copied at all. */
const COPY = constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE;

/**
 * Files below one folder, in PocketBase's layout: `<collectionId>/<recordId>/<file>` and a side-car `<file>.attrs`.
 * A file appears whole or not at all. Errors: `invalid` (a key that leaves the folder), `not_found`.
 */
export function createLocalFileStore(root: string): FileStore {
  return {
    async put(key, content, metadata) {
      const path = pathOf(root, key);
      await mkdir(dirname(path), { recursive: true });
      const md5 = await digest(content);
      // The side-car goes first: a visible file always has its type.
      await writeWhole(`${path}.attrs`, formatAttributes(metadata, md5));
      await writeWhole(path, content);
    },
    async open(key) {
      const path = pathOf(root, key);
      const file = await stat(path).catch(absent);
      if (!file.isFile()) throw new AppError('not_found', 'The file was not found.');
      return {
        size: file.size,
        metadata: await readMetadata(path),
        modified: file.mtimeMs,
        read: (start, end) => createReadStream(path, { start, end }),
      };
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
      await removeUnfinished(path);
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

/** What a process that was killed has left of it. */
async function removeUnfinished(path: string): Promise<void> {
  const [folder, name] = [dirname(path), basename(path)];
  const entries = await readdir(folder).catch(() => []);
  const left = entries.filter((entry) => entry.startsWith(`${name}.`) && entry.endsWith('.tmp'));
  for (const entry of left) await rm(join(folder, entry), { force: true });
}

async function digest(content: FileContent): Promise<string> {
  const hash = createHash('md5');
  if (content instanceof Uint8Array) hash.update(content);
  else for await (const chunk of createReadStream(content.path)) hash.update(chunk as Buffer);
  return hash.digest('base64');
}

async function writeWhole(path: string, content: string | FileContent): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    if (typeof content === 'string' || content instanceof Uint8Array) {
      await writeFile(temporary, content, { flag: 'wx' });
    } else await copyFile(content.path, temporary, COPY);
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
    return absent(cause);
  }
}

function absent(cause: unknown): never {
  if (isAbsent(cause)) throw new AppError('not_found', 'The file was not found.', { cause });
  throw cause;
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
