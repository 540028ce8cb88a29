import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { AppError } from '@davit/domain';
import type { Listener } from './listener.ts';
import type { ListenAddress } from './listening-sockets.ts';

/** How the program is started that takes over: the new version of this one. */
export interface SuccessorCommand {
  command: string;
  /** must lead to `runEdge` with `inherit: true`, the addresses that were asked for and else the same configuration */
  args: readonly string[];
}

interface Passed extends ListenAddress {
  kind: 'http' | 'https';
  fd: number;
}

const START_MS = 15_000;
const FIRST_FD = 4; // after stdin, stdout, stderr and the channel

/**
 * Starts a successor with the listening sockets in its hands. Both processes then share one queue of connections, so
 * that none is lost when this one stops taking from it.
 */
export async function startSuccessor(
  { command, args }: SuccessorCommand,
  listeners: readonly Listener[],
): Promise<{ pid: number }> {
  const passed = listeners.flatMap(({ kind, wanted, fileDescriptors }) =>
    fileDescriptors.map((fd) => ({ kind, ...wanted, fd })),
  );
  const child = spawn(command, [...args], {
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc', ...passed.map(({ fd }) => fd)],
  });
  try {
    await serving(
      child,
      passed.map((one, i) => ({ ...one, fd: FIRST_FD + i })),
    );
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
  child.disconnect();
  child.unref();
  return { pid: child.pid ?? 0 };
}

async function serving(child: ChildProcess, listeners: Passed[]): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const fail = (why: string): void => reject(new AppError('unavailable', `The successor ${why}.`));
  const timer = setTimeout(fail, START_MS, 'did not serve in time');
  child.once('error', (error) => fail(`cannot be started: ${error.message}`));
  child.once('exit', (code, signal) => fail(`ended with ${code ?? signal}`));
  child.once('message', () => resolve());
  child.send({ listeners }, (error) => error && fail('does not listen'));
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    child.removeAllListeners('exit');
  }
}

/** What a predecessor left to this process. */
export interface Inheritance {
  /** the listening sockets for this address, once */
  take(kind: 'http' | 'https', address: ListenAddress): number[];
  /** Tells the predecessor that it can go. */
  announce(): void;
}

/** For a process that `startSuccessor` started; throws `unavailable` where it was started by somebody else. */
export async function receiveInheritance(): Promise<Inheritance> {
  if (!process.send) throw new AppError('unavailable', 'There is no edge to take over from.');
  const { promise, resolve, reject } = Promise.withResolvers<Passed[]>();
  const timer = setTimeout(reject, START_MS, new AppError('timeout', 'Nothing was passed on.'));
  process.once('message', (message: { listeners: Passed[] }) => resolve(message.listeners));
  let passed = await promise;
  clearTimeout(timer);
  return {
    take(kind, { host, port }) {
      const isWanted = (one: Passed): boolean =>
        one.kind === kind && one.host === host && one.port === port;
      const taken = passed.filter(isWanted);
      passed = passed.filter((one) => !isWanted(one));
      return taken.map(({ fd }) => fd);
    },
    announce() {
      // addresses that are not served any more
      for (const { fd } of passed) closeSync(fd);
      process.send?.('serving');
      process.disconnect();
    },
  };
}
