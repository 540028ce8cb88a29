import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { contentPolicy } from './content-policy.ts';
import { uiContentType } from './ui-content-type.ts';

export interface UiContent {
  encoding?: 'br' | 'gzip';
  bytes: Buffer;
}

export interface UiFile {
  contentType: string;
  etag: string;
  /** its name changes with its content */
  immutable: boolean;
  /** Content-Security-Policy, of pages */
  policy?: string;
  /** The best variant for a client that accepts these encodings. */
  read(accepted: readonly string[]): Promise<UiContent>;
}

/** By path below the folder, with `/`. */
export type UiFiles = ReadonlyMap<string, UiFile>;

const VARIANTS = [
  { encoding: 'br', ending: '.br' },
  { encoding: 'gzip', ending: '.gz' },
] as const;

/** Lists the folder once; tags and policies are worked out now, contents are read when asked for. */
export async function loadUiFiles(folder: string): Promise<UiFiles> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = new Set(
    entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name)),
  );
  const files = new Map<string, UiFile>();
  for (const path of paths) {
    const original = VARIANTS.map(({ ending }) => ending).find((ending) => path.endsWith(ending));
    if (original && paths.has(path.slice(0, -original.length))) continue;
    files.set(relative(folder, path).split(sep).join('/'), await describe(path, paths));
  }
  return files;
}

async function describe(path: string, paths: ReadonlySet<string>): Promise<UiFile> {
  const bytes = await readFile(path);
  const contentType = uiContentType(path);
  const variants = VARIANTS.filter(({ ending }) => paths.has(path + ending));
  return {
    contentType,
    etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 20)}"`,
    immutable: path.includes(`${sep}immutable${sep}`),
    ...(contentType.startsWith('text/html') && { policy: contentPolicy(bytes.toString('utf8')) }),
    async read(accepted) {
      const variant = variants.find(({ encoding }) => accepted.includes(encoding));
      if (!variant) return { bytes: await readFile(path) };
      return { encoding: variant.encoding, bytes: await readFile(path + variant.ending) };
    },
  };
}
