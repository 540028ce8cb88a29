import { fork } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '@davit/domain';
import type { SupervisorMessage, SupervisorTask } from './supervisor-task.ts';

export type Started = Extract<SupervisorMessage, { started: object }>['started'];

/** Runs an engine in a process of its own, which outlives this one only to tidy up. */
export async function supervised(
  task: SupervisorTask,
): Promise<{ started: Started; stop: () => Promise<void> }> {
  const child = fork(join(import.meta.dirname, 'supervisor.ts'), [JSON.stringify(task)], {
    detached: true,
    execArgv: [],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  child.stderr?.pipe(createWriteStream(join(task.directory, 'supervisor.log')));
  const ended = Promise.withResolvers<void>();
  const answered = Promise.withResolvers<SupervisorMessage>();
  child.once('message', (message) => answered.resolve(message as SupervisorMessage));
  child.once('exit', (code) => {
    answered.resolve({ failed: `the supervisor ended with ${code}` });
    ended.resolve();
  });
  const message = await answered.promise;
  if ('failed' in message) throw new AppError('unavailable', message.failed);
  // a test file that ends without disposing must not hang on its engine
  child.unref();
  child.channel?.unref();
  const stop = async (): Promise<void> => {
    child.ref();
    if (child.connected) child.send('stop');
    await ended.promise;
  };
  return { started: message.started, stop };
}
