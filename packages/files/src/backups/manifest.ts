import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { AppError } from '@davit/domain';
import type { ZipContent } from './zip-file.ts';

export const MANIFEST_NAME = '.davit_backup.json';
const COMMENT = /^davit sha256:([0-9a-f]{64})$/;

/** What a backup holds: sha256 by path. */
export type Manifest = Record<string, string>;

export async function sha256Of(content: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of content) hash.update(chunk);
  return hash.digest('hex');
}

export function sha256OfFile(path: string): Promise<string> {
  return sha256Of(createReadStream(path));
}

/** The zip's comment vouches for the manifest: a file of that name from an older backup is not taken for it. */
export function manifestComment(text: string): string {
  return `davit sha256:${createHash('sha256').update(text).digest('hex')}`;
}

/** Checks every file while it passes; `finish` tells whether something is missing. Errors: `invalid`. */
export class ManifestCheck {
  readonly #expected: string | undefined;
  readonly #seen: Manifest = {};
  #manifest: Manifest | undefined;

  constructor({ comment }: ZipContent) {
    this.#expected = COMMENT.exec(comment)?.[1];
  }

  /** Passes the content on. */
  async *watch(name: string, content: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    const hash = createHash('sha256');
    const kept: Buffer[] = [];
    for await (const chunk of content) {
      hash.update(chunk);
      if (name === MANIFEST_NAME) kept.push(chunk);
      yield chunk;
    }
    const digest = hash.digest('hex');
    if (name === MANIFEST_NAME && digest === this.#expected) {
      this.#manifest = JSON.parse(Buffer.concat(kept).toString('utf8')) as Manifest;
    } else this.#seen[name] = digest;
  }

  has(name: string): boolean {
    return this.#seen[name] !== undefined;
  }

  finish(): void {
    if (this.#expected === undefined) return; // made by PocketBase
    const manifest = this.#manifest;
    if (!manifest) throw new AppError('invalid', 'The list of files in the backup is damaged.');
    for (const [name, digest] of Object.entries(manifest)) {
      if (this.#seen[name] === digest) continue;
      throw new AppError('invalid', `${name} is missing from the backup or damaged.`);
    }
  }
}
