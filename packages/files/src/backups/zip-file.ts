import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, mkdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';
import { AppError } from '@davit/domain';
import { openPromise } from 'yauzl';
import type { Entry, ZipFile } from 'yauzl';
import { ZipFile as ZipWriter } from 'yazl';
import { writeThrough } from './write-through.ts';

/** PocketBase's choice: fast rather than small. */
const COMPRESSION = 1;

export interface ZipFileWriter {
  /** Answers the sha256 of what was written. */
  addFile(name: string, path: string): Promise<string>;
  addText(name: string, text: string): void;
}

/** Writes a new zip; `fill` answers its comment. */
export async function writeZip(
  path: string,
  fill: (writer: ZipFileWriter) => Promise<string>,
): Promise<void> {
  const zip = new ZipWriter();
  const written = writeThrough(zip.outputStream as AsyncIterable<Buffer>, path);
  const failed = new Promise<never>((_resolve, reject) => {
    (zip as unknown as NodeJS.EventEmitter).once('error', reject);
  });
  const filled = fill({
    addFile: (name, source) => addFile(zip, name, source),
    addText: (name, text) => zip.addBuffer(Buffer.from(text), name),
  }).then((comment) => zip.end({ comment, forceZip64Format: false }));
  await Promise.race([Promise.all([filled, written]), failed]);
}

async function addFile(zip: ZipWriter, name: string, path: string): Promise<string> {
  const { mtime, mode, size } = await stat(path);
  const hash = createHash('sha256');
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const options = { mtime, mode, size, compressionLevel: COMPRESSION };
  zip.addReadStreamLazy(name, options, (give) => {
    const source = createReadStream(path);
    source.on('data', (chunk) => hash.update(chunk));
    source.once('end', () => resolve(hash.digest('hex'))).once('error', reject);
    source.pause(); // until the zip takes it
    give(null, source);
  });
  return promise;
}

export interface ZipEntry {
  name: string;
  /** kind and permissions; 0 where the zip does not tell */
  mode: number;
  /** bytes when unpacked */
  size: number;
  read: () => AsyncGenerator<Buffer>;
}

export interface ZipContent {
  comment: string;
  /** Each file once, in order; what is read has to be used up before the next. */
  entries(): AsyncGenerator<ZipEntry>;
}

/** Opens a zip for reading. Errors: `invalid` (none, or damaged). */
export async function withZip<T>(path: string, use: (zip: ZipContent) => Promise<T>): Promise<T> {
  let zip: ZipFile | undefined;
  try {
    const opened = await openPromise(path, { lazyEntries: true, autoClose: false });
    zip = opened;
    return await use({ comment: opened.comment, entries: () => entriesOf(opened) });
  } catch (error) {
    throw AppError.is(error) ? error : damaged(error);
  } finally {
    zip?.close();
  }
}

/** Brings one file into an existing folder. */
export async function extractEntry(folder: string, { name, mode, read }: ZipEntry): Promise<void> {
  const path = join(folder, name);
  await mkdir(dirname(path), { recursive: true });
  await writeThrough(read(), path);
  if ((mode & 0o777) !== 0) await chmod(path, (mode & 0o777) | 0o600);
}

async function* entriesOf(zip: ZipFile): ReturnType<ZipContent['entries']> {
  for await (const entry of zip.eachEntry()) {
    if (entry.fileName.endsWith('/')) continue;
    const { fileName: name, uncompressedSize: size } = entry;
    const mode = entry.externalFileAttributes >>> 16;
    yield { name, mode, size, read: () => contentOf(zip, entry) };
  }
}

/** The content, checked against the entry's own checksum: the library compares sizes only. */
async function* contentOf(zip: ZipFile, entry: Entry): AsyncGenerator<Buffer> {
  let checksum = 0;
  for await (const chunk of await zip.openReadStreamPromise(entry)) {
    checksum = crc32(chunk as Buffer, checksum);
    yield chunk as Buffer;
  }
  if (checksum !== entry.crc32) throw damaged(new Error(`${entry.fileName} is damaged`));
}

function damaged(cause: unknown): AppError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new AppError('invalid', `The zip cannot be read: ${reason}`, { cause });
}
