import { spawn } from 'node:child_process';
import { AppError } from '@davit/domain';

export interface ChildOptions {
  /** added to the environment of this process */
  env?: Record<string, string>;
  cwd?: string;
  /** what the program prints once it can be used */
  ready?: RegExp;
  /** milliseconds for `ready` to appear; 30 s where absent */
  timeout?: number;
}

/** A program under test, in a process group of its own. */
export interface Child extends AsyncDisposable {
  readonly pid: number;
  /** what matched `ready` */
  readonly match: RegExpMatchArray | undefined;
  /** all it printed so far, both streams */
  output(): string;
  /** signals the whole group */
  kill(signal?: NodeJS.Signals): void;
  /** the exit code, or the name of the signal that ended it */
  readonly ended: Promise<number | string>;
}

/** Starts a program and waits until it is ready; disposing asks it to end, then kills its group. */
export async function childProcess(
  command: string,
  args: readonly string[],
  options: ChildOptions = {},
): Promise<Child> {
  const process_ = spawn(command, args, {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  const ended = Promise.withResolvers<number | string>();
  process_.once('exit', (code, signal) => ended.resolve(code ?? signal ?? 'unknown'));
  process_.once('error', (error) => ended.resolve(error.message));
  let printed = '';
  const listeners = new Set<() => void>();
  const collect = (chunk: Buffer): void => {
    printed += chunk.toString();
    for (const listener of listeners) listener();
  };
  process_.stdout.on('data', collect);
  process_.stderr.on('data', collect);
  const pid = process_.pid ?? 0;
  const kill = (signal: NodeJS.Signals = 'SIGTERM'): void => killGroup(pid, signal);
  const close = async (): Promise<void> => {
    kill('SIGTERM');
    const timer = setTimeout(kill, 10_000, 'SIGKILL');
    await ended.promise;
    clearTimeout(timer);
    kill('SIGKILL');
  };
  const atExit = (): void => kill('SIGKILL');
  process.once('exit', atExit);
  void ended.promise.then(() => process.off('exit', atExit));
  const matched = waitForText({
    pattern: options.ready,
    timeout: options.timeout ?? 30_000,
    ended: ended.promise,
    output: () => printed,
    listeners,
  });
  try {
    const match = await matched;
    return {
      pid,
      match,
      output: () => printed,
      kill,
      ended: ended.promise,
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function killGroup(pid: number, signal: NodeJS.Signals): void {
  if (pid <= 0) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // the group is gone already
  }
}

interface Waiting {
  pattern: RegExp | undefined;
  timeout: number;
  ended: Promise<number | string>;
  output: () => string;
  listeners: Set<() => void>;
}

async function waitForText(waiting: Waiting): Promise<RegExpMatchArray | undefined> {
  const { pattern, timeout, ended, output, listeners } = waiting;
  if (!pattern) return undefined;
  const { promise, resolve, reject } = Promise.withResolvers<RegExpMatchArray>();
  const look = (): void => {
    const match = pattern.exec(output());
    if (match) resolve(match);
  };
  const fail = (why: string): void =>
    reject(new AppError('unavailable', `${why} before ${String(pattern)}:\n${output()}`));
  const timer = setTimeout(fail, timeout, `${timeout} ms passed`);
  void ended.then((how) => fail(`ended with ${how}`));
  listeners.add(look);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    listeners.delete(look);
  }
}
