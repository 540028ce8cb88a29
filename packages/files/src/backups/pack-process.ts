// Entry of a pack process: gigabytes are packed and checked beside the server, and behind it in the queue.
import { setPriority } from 'node:os';
import { AppError } from '@davit/domain';
import type { PackAnswer, PackJob } from './pack-message.ts';
import { checkZip, packFolder, unpackZip } from './pack.ts';

const BEHIND = 10;

process.once('message', (job: PackJob) => {
  void answer(job).then((result) => process.send?.(result, () => process.disconnect()));
});
// the server is gone: what it waited for is nobody's
process.once('disconnect', () => process.exit());

async function answer(job: PackJob): Promise<PackAnswer> {
  try {
    if (job.kind !== 'unpack') setPriority(BEHIND); // a restore is waited for
    await run(job);
    return {};
  } catch (error) {
    if (AppError.is(error, 'invalid')) return { problem: error.message };
    return { failure: error instanceof Error ? error.message : String(error) };
  }
}

function run(job: PackJob): Promise<void> {
  if (job.kind === 'pack') return packFolder(job.folder, job.zip);
  return job.kind === 'check' ? checkZip(job.zip) : unpackZip(job.zip, job.folder);
}
