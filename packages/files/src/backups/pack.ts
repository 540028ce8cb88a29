import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@davit/domain';
import { listFiles } from './directory-files.ts';
import { MANIFEST_NAME, manifestComment, ManifestCheck } from './manifest.ts';
import type { Manifest } from './manifest.ts';
import { refuseHostile } from './refuse-hostile.ts';
import { extractEntry, withZip, writeZip } from './zip-file.ts';

/** A folder as a zip, with the checksums of all that is in it. */
export async function packFolder(folder: string, zip: string): Promise<void> {
  const names = (await listFiles(folder)).filter((name) => name !== MANIFEST_NAME);
  await writeZip(zip, async (writer) => {
    const manifest: Manifest = {};
    for (const name of names) manifest[name] = await writer.addFile(name, join(folder, name));
    const text = JSON.stringify(manifest);
    writer.addText(MANIFEST_NAME, text);
    return manifestComment(text);
  });
}

/** Reads all of it: a sound zip, and whole where it carries checksums. Errors: `invalid`. */
export async function checkZip(zip: string): Promise<void> {
  await refuseHostile(zip);
  await withZip(zip, async (content) => {
    const manifest = new ManifestCheck(content);
    for await (const { name, read } of content.entries()) await drain(manifest.watch(name, read()));
    manifest.finish();
  });
}

/** Brings the content of a backup into an existing folder. Errors: `invalid`. */
export async function unpackZip(zip: string, folder: string): Promise<void> {
  await refuseHostile(zip);
  await withZip(zip, async (content) => {
    const manifest = new ManifestCheck(content);
    for await (const entry of content.entries()) {
      const { name } = entry;
      await extractEntry(folder, { ...entry, read: () => manifest.watch(name, entry.read()) });
    }
    manifest.finish();
    if (!manifest.has('data.db')) {
      throw new AppError('invalid', 'The zip is no backup: data.db is missing.');
    }
    await rm(join(folder, MANIFEST_NAME), { force: true });
  });
}

async function drain(content: AsyncIterator<unknown>): Promise<void> {
  while (!(await content.next()).done);
}
