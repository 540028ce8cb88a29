import { open } from 'node:fs/promises';

const MOST_WAITING = 8 * 2 ** 20;

/**
 * Writes a new file, to the disk as it goes: gigabytes that the system holds back are written when the server syncs a
 * few bytes of its own, which then takes as long as all of them.
 */
export async function writeThrough(
  content: AsyncIterable<Uint8Array>,
  path: string,
): Promise<void> {
  await using file = await open(path, 'wx');
  let waiting = 0;
  for await (const chunk of content) {
    await file.appendFile(chunk);
    waiting += chunk.byteLength;
    if (waiting < MOST_WAITING) continue;
    await file.datasync();
    waiting = 0;
  }
}
