import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { AppError } from '@davit/domain';
import type { PackAnswer, PackJob } from './pack-message.ts';

/** Does one job in a process of its own. Errors: `invalid` (the zip), `internal` (the disk, the process). */
export type Packer = (job: PackJob) => Promise<void>;

/** Memory of one file goes back before the next begins (glibc): measured, 50 MB instead of 68. */
const MODEST = { MALLOC_ARENA_MAX: '1', MALLOC_MMAP_THRESHOLD_: '65536' };

/** `script`: the process's, where the program is bundled. */
export function createPacker(script?: URL): Packer {
  const entry = fileURLToPath(script ?? new URL('./pack-process.ts', import.meta.url));
  return async (job) => {
    const { promise, resolve, reject } = Promise.withResolvers<PackAnswer>();
    const child = fork(entry, {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      execArgv: ['--max-semi-space-size=1'],
      env: MODEST,
    });
    child.once('error', reject);
    child.once('exit', (code, signal) =>
      reject(new AppError('internal', `The process that packs ended with ${code ?? signal}.`)),
    );
    child.once('message', (answer: PackAnswer) => resolve(answer));
    child.send(job, (error) => {
      if (error) reject(error);
    });
    const { problem, failure } = await promise;
    if (problem !== undefined) throw new AppError('invalid', problem);
    if (failure !== undefined) throw new AppError('internal', failure);
  };
}
