import { stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AppError } from '@davit/domain';
import { withZip } from './zip-file.ts';

/** What deflate can make of a byte at most; more means that entries share their bytes. */
const MOST_EXPANSION = 1032;
const KIND = 0o170000;
const REGULAR = 0o100000;
/** What stays free for the databases that are in use. */
const RESERVE_BYTES = 64 * 2 ** 20;

/**
 * Looks at the list of entries alone: names that leave the folder (the reader's own check), links and devices, more
 * than the disk can take. Errors: `invalid`.
 */
export async function refuseHostile(zip: string): Promise<void> {
  const { size } = await stat(zip);
  const disk = await statfs(dirname(zip));
  let total = 0;
  let count = 0;
  await withZip(zip, async (content) => {
    for await (const entry of content.entries()) {
      const kind = entry.mode & KIND;
      if (kind !== 0 && kind !== REGULAR) throw refusal(`${entry.name} is no ordinary file`);
      total += entry.size;
      count++;
    }
  });
  if (total > size * MOST_EXPANSION) throw refusal('it says that it holds more than it can');
  if (total > disk.bavail * disk.bsize - RESERVE_BYTES) {
    throw refusal(`it holds ${total} bytes, which do not fit on the disk`);
  }
  if (disk.files > 0 && count > disk.ffree) throw refusal(`it holds ${count} files, too many`);
}

function refusal(reason: string): AppError {
  return new AppError('invalid', `The zip is refused: ${reason}.`);
}
