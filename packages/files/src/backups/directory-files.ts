import { constants } from 'node:fs';
import { copyFile, link, mkdir, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Unfinished work; PocketBase empties it at its start too. */
export const TEMPORARY = '.pb_temp_to_delete';
/** What was there before a restore that is not finished. */
export const REPLACED = '.davit_replaced';
/** Belongs to this machine, not to the data. */
export const EXCLUDED: ReadonlySet<string> = new Set([
  'backups',
  TEMPORARY,
  REPLACED,
  '.notify',
  '.davit_outbox',
  '.autocert_cache',
  'lost+found',
]);

/** The databases come as snapshots. */
const DATABASE = /^(?:data|auxiliary)\.db(?:-wal|-shm|-journal)?$/;

/**
 * Brings the directory's files into `folder`, all but the databases. Record files never change, so a link keeps them
 * as they are for nothing. What is there already stays; what disappears meanwhile is left out.
 */
export async function collectFiles(directory: string, folder: string): Promise<void> {
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    if (EXCLUDED.has(entry.name) || DATABASE.test(entry.name)) continue;
    const from = join(directory, entry.name);
    const to = join(folder, entry.name);
    if (entry.isFile()) await keep(from, to, copy);
    if (entry.isDirectory()) await collectBelow(from, to, entry.name === 'storage' ? linked : copy);
  }
}

/** Paths of all files below, relative to it, with slashes. */
export async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => entry.isFile());
  const paths = files.map(({ parentPath, name }) =>
    join(parentPath, name).slice(folder.length + 1),
  );
  return paths.map((path) => path.replaceAll('\\', '/')).sort();
}

type Keep = (from: string, to: string) => Promise<void>;

async function collectBelow(from: string, to: string, how: Keep): Promise<void> {
  const entries = await readdir(from, { withFileTypes: true, recursive: true }).catch(absent);
  for (const entry of entries ?? []) {
    if (!entry.isFile() || entry.name.endsWith('.tmp')) continue;
    const path = join(entry.parentPath, entry.name);
    await keep(path, join(to, path.slice(from.length + 1)), how);
  }
}

async function keep(from: string, to: string, how: Keep): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  try {
    await how(from, to);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST' && codeOf(error) !== 'ENOENT') throw error;
  }
}

const copy: Keep = (from, to) => copyFile(from, to, constants.COPYFILE_EXCL);

const linked: Keep = async (from, to) => {
  try {
    await link(from, to);
  } catch (error) {
    if (!['EPERM', 'EXDEV', 'EMLINK', 'ENOTSUP'].includes(codeOf(error))) throw error;
    await copy(from, to);
  }
};

function absent(error: unknown): undefined {
  if (codeOf(error) !== 'ENOENT') throw error;
}

function codeOf(error: unknown): string {
  return String((error as { code?: unknown }).code);
}
