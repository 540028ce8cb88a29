import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { AppError } from '@davit/domain';
import type { PackAnswer, PackJob } from './pack-message.ts';

/** Does one job in a process of its own. Errors: `invalid` (the zip), `internal` (the disk, the process). */
export type Packer = (job: PackJob) => Promise<void>;

/** `script`: the process's, where the program is bundled. */
export function createPacker(script?: URL): Packer {
  const entry = fileURLToPath(script ?? new URL('./pack-process.ts', import.meta.url));
  return async (job) => {
    const { promise, resolve, reject } = Promise.withResolvers<PackAnswer>();
    const child = fork(entry, {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      // streams of gigabytes need no large heap: it is collected early instead
      execArgv: ['--max-semi-space-size=1'],
      env: {},
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
