import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { AppError } from '@davit/domain';
import type { SnapshotSource } from '@davit/domain';
import type { SnapshotAnswer, SnapshotJob } from './snapshot-message.ts';

export interface SnapshotOptions {
  directory: string;
  /** the process's script where the program is bundled; default: the source */
  script?: URL;
}

/** Copies and checks of the databases, made in a process of their own. */
export function createSnapshots({ directory, script }: SnapshotOptions): SnapshotSource {
  const entry = fileURLToPath(script ?? new URL('./snapshot-process.ts', import.meta.url));
  return {
    snapshot: (folder) => run(entry, { kind: 'snapshot', directory, folder }),
    verify: (folder) => run(entry, { kind: 'verify', folder }),
  };
}

async function run(entry: string, job: SnapshotJob): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<SnapshotAnswer>();
  const child = fork(entry, {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    execArgv: [],
    env: {},
  });
  child.once('error', reject);
  child.once('exit', (code) => reject(new Error(`the process ended with ${code}`)));
  child.once('message', (answer: SnapshotAnswer) => resolve(answer));
  child.send(job, (error) => {
    if (error) reject(error);
  });
  const { problem } = await promise;
  if (problem !== undefined) throw new AppError('invalid', problem);
}
