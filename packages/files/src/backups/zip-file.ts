import { createWriteStream } from 'node:fs';
import { chmod, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32 } from 'node:zlib';
import { AppError } from '@davit/domain';
import { openPromise } from 'yauzl';
import type { Entry, ZipFile } from 'yauzl';
import { ZipFile as ZipWriter } from 'yazl';

/** PocketBase's choice: fast rather than small. */
const COMPRESSION = 1;

export interface ZipSource {
  /** inside the zip */
  name: string;
  path: string;
}

/** Writes files and one text into a new zip, with a comment. */
export async function writeZip(
  path: string,
  files: readonly ZipSource[],
  extra: { name: string; text: string; comment: string },
): Promise<void> {
  const zip = new ZipWriter();
  const written = pipeline(zip.outputStream, createWriteStream(path, { flags: 'wx' }));
  const failed = new Promise<never>((_resolve, reject) => {
    (zip as unknown as NodeJS.EventEmitter).once('error', reject);
  });
  for (const { name, path: source } of files) {
    zip.addFile(source, name, { compressionLevel: COMPRESSION });
  }
  zip.addBuffer(Buffer.from(extra.text), extra.name);
  zip.end({ comment: extra.comment, forceZip64Format: false });
  await Promise.race([written, failed]);
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
  await pipeline(Readable.from(read()), createWriteStream(path, { flags: 'wx' }));
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
