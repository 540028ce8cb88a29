import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AppError } from '@davit/domain';
import type { DriverState } from './driver-state.ts';

/**
 * The driver's state, in memory and on disk: whole or as it was before, also across a power cut. Changes that come
 * while one is being written share the next write.
 */
export class StateFile {
  readonly #path: string;
  #state: DriverState;
  #writing: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  private constructor(path: string, state: DriverState) {
    this.#path = path;
    this.#state = state;
  }

  /** Throws `invalid` where the file is there but cannot be read: guessing would stop what runs. */
  static async open(path: string): Promise<StateFile> {
    const empty = {
      version: 1,
      generation: 0,
      deployments: {},
      removals: {},
      projects: {},
    } as const;
    try {
      const state = JSON.parse(await readFile(path, 'utf8')) as DriverState;
      if (state.version !== 1) throw new Error(`it has version ${String(state.version)}`);
      return new StateFile(path, state);
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') {
        throw new AppError('invalid', `The state file ${path} cannot be used.`, { cause });
      }
      return new StateFile(path, { ...empty, salt: randomBytes(16).toString('hex') });
    }
  }

  get state(): DriverState {
    return this.#state;
  }

  /** Resolves when the change, made at once in memory, is durable. */
  update(change: (state: DriverState) => void): Promise<void> {
    change(this.#state);
    this.#next ??= this.#after(this.#writing);
    return this.#next;
  }

  async #after(current: Promise<void> | undefined): Promise<void> {
    await current?.catch(() => undefined);
    this.#writing = this.#next;
    this.#next = undefined;
    await this.#write(`${JSON.stringify(this.#state)}\n`);
  }

  async #write(text: string): Promise<void> {
    const directory = dirname(this.#path);
    await mkdir(directory, { recursive: true });
    const draft = `${this.#path}.new`;
    await rm(draft, { force: true });
    await using file = await open(draft, 'wx', 0o600);
    await file.writeFile(text);
    await file.sync();
    await rename(draft, this.#path);
    await using folder = await open(directory, constants.O_RDONLY);
    await folder.sync();
  }
}
