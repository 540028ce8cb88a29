import { mkdtemp, open, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '@davit/domain';
import type { FileContent } from '@davit/domain';

/** All files of a request together; what is more goes to disk. */
const MEMORY_BYTES = 4 * 2 ** 20;
/** Enough to tell the type of any file. */
const HEAD_BYTES = 4096;

/** Takes the files of one request in: small ones in memory, the others in a temporary folder. */
export class Spool {
  readonly #memory: number;
  #used = 0;
  #folder: Promise<string> | undefined;
  #count = 0;
  #closed = false;

  constructor(memory: number = MEMORY_BYTES) {
    this.#memory = memory;
  }

  /** bytes that are in memory; never more than the limit and one piece */
  get used(): number {
    return this.#used;
  }

  /** Errors: `internal` (the disk is full), and what the source throws. */
  async take(source: AsyncIterable<Uint8Array>): Promise<FileContent> {
    const chunks: Uint8Array[] = [];
    let size = 0;
    let file: { path: string; handle: FileHandle } | undefined;
    try {
      for await (const chunk of source) {
        size += chunk.length;
        if (file) {
          await kept(file.handle.writeFile(chunk));
          continue;
        }
        chunks.push(chunk);
        this.#used += chunk.length;
        if (this.#used <= this.#memory) continue;
        file = await kept(this.#spill(chunks));
        this.#used -= size;
      }
    } finally {
      await file?.handle.close();
    }
    const content = Buffer.concat(chunks);
    return file ? { path: file.path, size, head: content } : content;
  }

  /** Removes what is on disk. */
  async close(): Promise<void> {
    this.#closed = true;
    const folder = await this.#folder?.catch(() => undefined);
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  }

  /** Writes out what was read so far, and keeps its beginning. */
  async #spill(chunks: Uint8Array[]): Promise<{ path: string; handle: FileHandle }> {
    if (this.#closed) throw new Error('the request is over');
    const folder = await (this.#folder ??= mkdtemp(join(tmpdir(), 'davit-upload-')));
    const path = join(folder, String(this.#count++));
    const handle = await open(path, 'wx', 0o600);
    const content = Buffer.concat(chunks);
    await handle.writeFile(content);
    chunks.splice(0, chunks.length, Buffer.from(content.subarray(0, HEAD_BYTES)));
    return { path, handle };
  }
}

/** What the disk has against it is not the client's fault. */
async function kept<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    throw new AppError('internal', 'The file could not be kept.', { cause });
  }
}
