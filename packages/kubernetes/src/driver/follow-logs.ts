import { Channel, sleep } from '@davit/controller';
import { AppError } from '@davit/domain';
import type { DeploymentRef, LogLine, LogOptions } from '@davit/domain';
import type { ObservedPod } from '@davit/rollout';
import type { KubeObject } from '../kube-object.ts';
import { Reflector } from '../reflector.ts';
import { Store } from '../store.ts';
import { pathOf, podSelector } from './context.ts';
import type { DriverContext } from './context.ts';
import { openPodLog } from './pod-logs.ts';
import { compareTimes, containerOf, logPods } from './read-logs.ts';

type Pod = KubeObject & ObservedPod;

/** The run of a container that can be read from. */
interface Run {
  pod: string;
  container: string;
  /** tells one run of the container from the next */
  id: string;
  over: boolean;
}

const WAITING_LINES = 256;
const RETRY_MS = 1000;

/**
 * The logs of all instances while they are written, those that start later included; ends with the signal, or with the
 * instance where one is named.
 */
export async function* followLogs(
  ref: DeploymentRef,
  context: DriverContext,
  options: LogOptions,
): AsyncGenerator<LogLine> {
  // tells a wrong name before anything is watched
  await logPods(ref, context, options);
  const ended = new AbortController();
  const signal = AbortSignal.any([options.signal, ended.signal]);
  const follower = new Follower(ref, context, { ...options, signal });
  try {
    yield* follower.read();
  } finally {
    ended.abort();
    await follower.stopped;
  }
}

class Follower {
  readonly #ref: DeploymentRef;
  readonly #context: DriverContext;
  readonly #options: LogOptions;
  readonly #channel = new Channel<LogLine>(WAITING_LINES);
  /** the run each pod is read from */
  readonly #reading = new Map<string, string>();
  readonly #runs = new Store<Run | undefined>();
  readonly #tasks = new Set<Promise<void>>();
  readonly stopped: Promise<unknown>;

  constructor(ref: DeploymentRef, context: DriverContext, options: LogOptions) {
    this.#ref = ref;
    this.#context = context;
    this.#options = options;
    const { instance, signal } = options;
    const reflector = new Reflector<Pod, Run | undefined>({
      http: context.kube,
      clock: context.clock,
      path: pathOf('Pod', ref.projectId),
      labelSelector: podSelector(ref),
      ...(instance === undefined ? {} : { fieldSelector: `metadata.name=${instance}` }),
      store: this.#runs,
      project: (pod) => this.#runOf(pod),
      onChange: ({ type, entry }) => {
        if (type !== 'deleted') return this.#follow(entry.key);
        if (instance !== undefined) void this.#drain();
      },
    });
    signal.addEventListener('abort', () => this.#channel.close());
    if (signal.aborted) this.#channel.close();
    this.stopped = reflector.run(signal).then(() => Promise.all(this.#tasks));
  }

  read(): AsyncGenerator<LogLine> {
    return this.#channel.read();
  }

  /** What is being read is read to its end. */
  async #drain(): Promise<void> {
    await Promise.all(this.#tasks);
    this.#channel.close();
  }

  #runOf(pod: Pod): Run | undefined {
    const container = containerOf(pod, this.#ref, this.#options);
    const status = pod.status?.containerStatuses?.find(({ name }) => name === container);
    const { running, terminated } = status?.state ?? {};
    if (status === undefined || (running === undefined && terminated === undefined))
      return undefined;
    const id = `${pod.metadata.uid}/${status.restartCount}`;
    return { pod: pod.metadata.name, container, id, over: terminated !== undefined };
  }

  #follow(key: string): void {
    const run = this.#runs.get(key)?.value;
    if (run === undefined || this.#reading.get(key) === run.id) return;
    const first = !this.#reading.has(key);
    this.#reading.set(key, run.id);
    const task = this.#copy(key, run, first).finally(() => this.#tasks.delete(task));
    this.#tasks.add(task);
  }

  /** Until the run is over; a connection that breaks before is opened anew, after the last line that came. */
  async #copy(key: string, run: Run, first: boolean): Promise<void> {
    const { signal, sinceTime, tail } = this.#options;
    const begin = { sinceTime, tail: first ? tail : undefined };
    const progress = { last: '' };
    while (!signal.aborted) {
      const { last } = progress;
      try {
        const log = await this.#open(run, last === '' ? begin : { sinceTime: last });
        await this.#pass(after(last, log), progress);
      } catch (error) {
        if (isFinal(error)) return;
      }
      await sleep(this.#context.clock, RETRY_MS, signal);
      const now = this.#runs.get(key)?.value;
      if (now?.id !== run.id || now.over) return;
    }
  }

  async #pass(log: AsyncGenerator<LogLine>, progress: { last: string }): Promise<void> {
    for await (const line of log) {
      progress.last = line.time;
      if (!(await this.#channel.push(line))) return;
    }
  }

  #open(run: Run, from: From): Promise<AsyncGenerator<LogLine>> {
    const namespace = this.#ref.projectId;
    const { pod, container } = run;
    const { signal } = this.#options;
    return openPodLog({ namespace, pod, container, follow: true, ...from }, this.#context, signal);
  }
}

interface From {
  sinceTime?: string | undefined;
  tail?: number | undefined;
}

/** What was read before is told again: the API server cuts times to whole seconds. */
async function* after(time: string, log: AsyncGenerator<LogLine>): AsyncGenerator<LogLine> {
  for await (const line of log) {
    if (time === '' || compareTimes(line.time, time) > 0) yield line;
  }
}

/** The pod is gone, or out of reach for good. */
const isFinal = (error: unknown): boolean =>
  AppError.is(error, 'not_found') || AppError.is(error, 'forbidden');
