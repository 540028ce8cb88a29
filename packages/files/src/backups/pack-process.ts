// Entry of a pack process: gigabytes are packed, checked and sent beside the server, and behind it in the queue.
import { setPriority } from 'node:os';
import { AppError } from '@davit/domain';
import type { PackAnswer, PackJob } from './pack-message.ts';
import { checkZip, packFolder, unpackZip } from './pack.ts';
import { sendZip } from './send-zip.ts';

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
    const message = messageOf(error);
    if (!AppError.is(error)) return { failure: { code: 'internal', message } };
    const { code, cause } = error;
    return { failure: { code, message, ...(cause !== undefined && { cause: messageOf(cause) }) } };
  }
}

function run(job: PackJob): Promise<void> {
  switch (job.kind) {
    case 'pack':
      return packFolder(job.folder, job.zip);
    case 'check':
      return checkZip(job.zip);
    case 'unpack':
      return unpackZip(job.zip, job.folder);
    case 'send':
      return sendZip(job);
  }
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
