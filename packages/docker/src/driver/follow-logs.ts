import { Channel, sleep } from '@davit/controller';
import { AppError } from '@davit/domain';
import type { DeploymentRef, LogLine, LogOptions } from '@davit/domain';
import { keyOf } from '../labels.ts';
import { isRunning } from './containers.ts';
import type { Container } from './containers.ts';
import type { DriverContext } from './context.ts';
import { compareTimes, logContainers, openLog, readLogs, secondsOf } from './read-logs.ts';
import type { StatusBoard } from './status-board.ts';

const WAITING_LINES = 256;
const RETRY_MS = 500;

/**
 * The logs of all instances while they are written, those that start later included; ends with the signal, or with the
 * instance where one is named.
 */
export async function* followLogs(
  ref: DeploymentRef,
  { context, board }: { context: DriverContext; board: StatusBoard },
  options: LogOptions,
): AsyncGenerator<LogLine> {
  /** the last line of each instance */
  const last = new Map<string, string>();
  const began = new Date(context.clock.now()).toISOString();
  for await (const line of readLogs(ref, context, { ...options, follow: false })) {
    last.set(line.instance, line.time);
    yield line;
  }
  const ended = new AbortController();
  const signal = AbortSignal.any([options.signal, ended.signal]);
  const follower = new Follower({ ref, context, last, began, options: { ...options, signal } });
  const stopListening = board.listen((key) => {
    if (key === keyOf(ref)) follower.look();
  });
  try {
    follower.look();
    yield* follower.read();
  } finally {
    stopListening();
    ended.abort();
    await follower.stopped();
  }
}

interface FollowerOptions {
  ref: DeploymentRef;
  context: DriverContext;
  last: Map<string, string>;
  began: string;
  options: LogOptions;
}

class Follower {
  readonly #of: FollowerOptions;
  readonly #channel = new Channel<LogLine>(WAITING_LINES);
  readonly #reading = new Map<string, Promise<void>>();
  #looking: Promise<void> | undefined;
  #again = false;

  constructor(options: FollowerOptions) {
    this.#of = options;
    const { signal } = options.options;
    signal.addEventListener('abort', () => this.#channel.close());
    if (signal.aborted) this.#channel.close();
  }

  read(): AsyncGenerator<LogLine> {
    return this.#channel.read();
  }

  /** Begins to read the instances that are not read yet. */
  look(): void {
    this.#again = true;
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
  }

  async stopped(): Promise<void> {
    await this.#looking;
    await Promise.all(this.#reading.values());
  }

  async #look(): Promise<void> {
    const { ref, context, options } = this.#of;
    while (this.#again && !options.signal.aborted) {
      this.#again = false;
      try {
        for (const one of await logContainers(ref, context, options)) this.#follow(one);
      } catch (error) {
        if (AppError.is(error, 'not_found')) return this.#end();
        await sleep(context.clock, RETRY_MS, options.signal);
        this.#again = true;
      }
    }
  }

  #follow(one: Container): void {
    if (this.#reading.has(one.name) || !isRunning(one)) return;
    const work = this.#copy(one).finally(() => {
      this.#reading.delete(one.name);
      // restarted meanwhile, or gone
      this.look();
    });
    this.#reading.set(one.name, work);
  }

  async #copy(one: Container): Promise<void> {
    const { context, last, options, began } = this.#of;
    const { signal } = options;
    const before = last.get(one.name);
    const since = before ?? (one.startedAt < began ? began : one.startedAt);
    const query = { follow: true, since: secondsOf(since) };
    try {
      for await (const line of openLog(one, context, query)(signal)) {
        if (before !== undefined && compareTimes(line.time, before) <= 0) continue;
        last.set(line.instance, line.time);
        if (!(await this.#channel.push(line))) return;
      }
    } catch {
      await sleep(context.clock, RETRY_MS, signal);
    }
  }

  /** The named instance is gone: what is being read is read to its end. */
  async #end(): Promise<void> {
    await Promise.all(this.#reading.values());
    this.#channel.close();
  }
}
