import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '@davit/domain';

/** The programs of one engine: each in a process group of its own, with a log of its own. */
export class Processes {
  readonly #directory: string;
  readonly #running = new Map<string, ChildProcess>();
  readonly #stopped = new AbortController();

  constructor(directory: string) {
    this.#directory = directory;
    mkdirSync(join(directory, 'logs'), { recursive: true });
  }

  start(name: string, command: string, args: readonly string[]): void {
    this.signal.throwIfAborted();
    const path = join(this.#directory, 'logs', `${name}.log`);
    const log = openSync(path, 'a');
    const child = spawn(command, args, {
      cwd: this.#directory,
      detached: true,
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    this.#running.set(name, child);
    const ended = (how: unknown): void => {
      if (this.#running.get(name) !== child) return;
      this.#running.delete(name);
      const tail = readFileSync(path, 'utf8').trim().split('\n').slice(-5).join('\n');
      const message = `${name} ended with ${String(how)}:\n${tail}`;
      this.#stopped.abort(new AppError('unavailable', message));
    };
    child.once('error', (error) => ended(error.message));
    child.once('exit', (code, signal) => ended(code ?? signal));
  }

  /** Aborted, with the reason, once a program has ended by itself or all were killed. */
  get signal(): AbortSignal {
    return this.#stopped.signal;
  }

  /** Kills one on purpose, with SIGKILL: the others go on, and it may be started again. */
  async crash(name: string): Promise<void> {
    const child = this.#running.get(name);
    if (child?.pid === undefined) return;
    this.#running.delete(name);
    const gone = once(child, 'exit');
    killGroup(child.pid);
    await gone;
  }

  /** Kills every group at once and waits until all are gone: their data is thrown away anyway. */
  async kill(): Promise<void> {
    this.#stopped.abort(new AppError('unavailable', 'the engine is being stopped'));
    for (const child of this.#running.values()) if (child.pid) killGroup(child.pid);
    while (this.#running.size > 0) await sleep(10);
  }
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // the group is gone already
  }
}
