import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { AppError } from '@davit/domain';
import type { PackAnswer, PackJob } from './pack-message.ts';

/**
 * Does one job in a process of its own. Errors: `invalid` (the zip), `unavailable` (the bucket), `internal` (the disk,
 * the process).
 */
export type Packer = (job: PackJob) => Promise<void>;

/** Memory of one file goes back before the next begins (glibc): measured, 50 MB instead of 68. */
const MODEST = { MALLOC_ARENA_MAX: '1', MALLOC_MMAP_THRESHOLD_: '65536' };

export interface PackerOptions {
  /** the process's script where the program is bundled; default: the source */
  script?: URL;
  /** the process's own: how buckets are reached */
  environment?: Record<string, string>;
}

export function createPacker({ script, environment }: PackerOptions = {}): Packer {
  const entry = fileURLToPath(script ?? new URL('./pack-process.ts', import.meta.url));
  return async (job) => {
    const { promise, resolve, reject } = Promise.withResolvers<PackAnswer>();
    const child = fork(entry, {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      execArgv: ['--max-semi-space-size=1'],
      env: { ...environment, ...MODEST },
    });
    child.once('error', reject);
    child.once('exit', (code, signal) =>
      reject(new AppError('internal', `The process that packs ended with ${code ?? signal}.`)),
    );
    child.once('message', (answer: PackAnswer) => resolve(answer));
    child.send(job, (error) => {
      if (error) reject(error);
    });
    const { failure } = await promise;
    if (!failure) return;
    const { code, message, cause } = failure;
    throw new AppError(code, message, cause === undefined ? {} : { cause: new Error(cause) });
  };
}
