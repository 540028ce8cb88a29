import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EXCLUDED, REPLACED, TEMPORARY } from './directory-files.ts';

/** Says that all of the old is out: what lies in the directory from then on is new. */
const ALL_OUT = '.davit_all_out';
/** Without a key of its own the restored data goes on with the present one. */
const KEPT = 'davit.key';

/**
 * Puts the content of `folder` (below the same directory) in place of the directory's. When a step fails everything is
 * put back; when the process dies, `recoverDirectory` does so at the next start.
 */
export async function replaceDirectory(directory: string, folder: string): Promise<void> {
  const replaced = join(directory, REPLACED);
  await mkdir(replaced); // throws while another replacement is under way, which is left alone
  try {
    for (const name of await ownEntries(directory)) {
      if (name === KEPT && !existsSync(join(folder, KEPT))) continue;
      await rename(join(directory, name), join(replaced, name));
    }
    await writeFile(join(replaced, ALL_OUT), '');
    for (const name of await readdir(folder)) {
      if (EXCLUDED.has(name)) continue;
      await rename(join(folder, name), join(directory, name));
    }
  } catch (error) {
    await recoverDirectory(directory);
    throw error;
  }
  await mkdir(join(directory, TEMPORARY), { recursive: true });
  // One rename ends it: from here on the new content counts.
  await rename(replaced, join(directory, TEMPORARY, `replaced_${Date.now()}`));
}

/** Undoes a replacement that was interrupted and clears what unfinished work left. For the start, before databases open. */
export async function recoverDirectory(directory: string): Promise<void> {
  const replaced = join(directory, REPLACED);
  if (existsSync(replaced)) {
    const old = await readdir(replaced);
    if (old.includes(ALL_OUT)) {
      const isNew = (name: string): boolean => name !== KEPT || old.includes(KEPT);
      for (const name of (await ownEntries(directory)).filter(isNew)) {
        await rm(join(directory, name), { recursive: true });
      }
      await rm(join(replaced, ALL_OUT)); // what comes back next must not be taken for new
    }
    for (const name of old.filter((it) => it !== ALL_OUT)) {
      await rename(join(replaced, name), join(directory, name));
    }
    await rm(replaced, { recursive: true });
  }
  await rm(join(directory, TEMPORARY), { recursive: true, force: true });
}

async function ownEntries(directory: string): Promise<string[]> {
  return (await readdir(directory)).filter((name) => !EXCLUDED.has(name));
}
