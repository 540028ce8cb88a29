import { isDeepStrictEqual } from 'node:util';
import { createQueue, runWorkers, systemClock } from '@davit/controller';
import type { KeyQueue } from '@davit/controller';
import { AppError } from '@davit/domain';
import type {
  Clock,
  DeploymentRef,
  DriverEvent,
  EdgePort,
  EngineEvent,
  InstanceUsage,
  Logger,
  LogLine,
  LogOptions,
  RolloutDriver,
  RolloutIntent,
  SecretBox,
} from '@davit/domain';
import { desiredReplicas, parseRolloutSpec } from '@davit/rollout';
import { DockerApi } from '../docker-api.ts';
import { keyOf } from '../labels.ts';
import type { DriverContext, DriverTimes, HttpsOptions, Probe } from './context.ts';
import type { DeploymentState } from './driver-state.ts';
import { EngineWatch } from './engine-watch.ts';
import { EventLog } from './event-log.ts';
import { followEvents } from './follow-events.ts';
import { followLogs } from './follow-logs.ts';
import { listContainers } from './containers.ts';
import { Meter } from './meter.ts';
import type { Opened } from './pass.ts';
import { ProjectNetworks } from './project-network.ts';
import { readLogs } from './read-logs.ts';
import { Reconciler } from './reconciler.ts';
import { Retiring } from './retiring.ts';
import { keepRoutes } from './keep-routes.ts';
import { RoutePublisher } from './route-publisher.ts';
import { StateFile } from './state-file.ts';
import { StatusBoard, watchBoard } from './status-board.ts';

export interface DockerDriverOptions {
  /** as in `DOCKER_HOST` */
  host: string;
  /** marks everything this Davit makes; what has another mark is never touched */
  installationId: string;
  /** where intents and routes are kept */
  stateFile: string;
  edge: EdgePort;
  probe: Probe;
  /** keeps secrets in the state file */
  box: SecretBox;
  logger: Logger;
  clock?: Clock;
  /** pool of the projects' networks, a /24 each */
  subnets?: string;
  times?: Partial<DriverTimes>;
  /** behind the host in URLs, for instance `:8080` */
  urlPort?: string;
  /** absent: rules that ask for TLS are served without, and say so */
  https?: HttpsOptions;
}

const TIMES: DriverTimes = {
  deadlineMs: 300_000,
  drainMs: 30_000,
  holdMs: 30_000,
  stopSeconds: 30,
  stableMs: 3_000,
  resyncMs: 60_000,
  edgeMs: 1_000,
};
const WORKERS = 8;
const GRACE_MS = 1_000;
const SUBNETS = '10.88.0.0/16';
/** a /24 has to hold the old and the new instances */
const MAX_INSTANCES = 100;

/**
 * Runs rollouts as containers of one Docker host, behind the edge. Works on its intents from the first moment; Docker
 * may be away, now or later. Throws `invalid` where the state file or the host cannot be read.
 */
export async function createDockerDriver(options: DockerDriverOptions): Promise<RolloutDriver> {
  const file = await StateFile.open(options.stateFile);
  const { installationId, logger, edge, probe, box, https, clock = systemClock } = options;
  const certificates = https?.certificates;
  const times = { ...TIMES, ...options.times };
  const { drainMs, holdMs } = times;
  const context: DriverContext = {
    docker: new DockerApi(options.host),
    ...{ installationId, logger, edge, probe, box, clock, file, times, https },
    routes: new RoutePublisher({ edge, file, drainMs, holdMs, certificates }),
    log: new EventLog(clock),
    subnets: options.subnets ?? SUBNETS,
  };
  return new Driver(context, options.urlPort ?? '');
}

class Driver implements RolloutDriver {
  readonly name = 'docker';
  readonly #context: DriverContext;
  readonly #board = new StatusBoard();
  readonly #queue: KeyQueue;
  readonly #retiring: Retiring;
  readonly #meter: Meter;
  readonly #opened = new Map<string, Opened>();
  /** ends what is done for an intent that has been replaced */
  readonly #aborts = new Map<string, AbortController>();
  readonly #stop = new AbortController();
  readonly #running: Promise<unknown>;

  constructor(context: DriverContext, urlPort: string) {
    this.#context = context;
    this.#queue = createQueue({
      clock: context.clock,
      backOff: { baseMs: 500, maxMs: 60_000 },
      overall: { perSecond: 50, burst: 500 },
    });
    this.#meter = new Meter(context);
    this.#retiring = new Retiring(context, (key) => this.#queue.add(key));
    const reconciler = new Reconciler({
      context,
      networks: new ProjectNetworks(context),
      retiring: this.#retiring,
      board: this.#board,
      open: (state) => this.#open(state),
      urlPort,
    });
    const watch = new EngineWatch({
      context,
      board: this.#board,
      changed: (key) => this.#queue.add(key),
      keys: () => {
        const { deployments, removals, projects } = context.file.state;
        for (const id of Object.keys(projects)) this.#queue.add(id);
        return [...Object.keys(deployments), ...Object.keys(removals)];
      },
    });
    context.https?.certificates.onChange(() => this.#recertify());
    this.#running = Promise.all([
      watch.run(this.#stop.signal),
      keepRoutes(context, { signal: this.#stop.signal, onBack: () => this.#hurry() }),
      runWorkers({
        queue: this.#queue,
        workers: WORKERS,
        graceMs: GRACE_MS,
        signal: this.#stop.signal,
        clock: context.clock,
        reconcile: (key, signal) => this.#reconcile(reconciler, key, signal),
        onError: (error, key) => context.logger.log('debug', 'reconcile failed', { key, error }),
      }),
    ]);
  }

  async check(intent: RolloutIntent): Promise<void> {
    await Promise.resolve();
    const spec = parseRolloutSpec(intent.spec);
    if (desiredReplicas(spec) <= MAX_INSTANCES) return;
    const message = `One Docker host runs at most ${MAX_INSTANCES} instances of an app.`;
    const data = { horizontalScale: { code: 'validation_max', message } };
    throw new AppError('invalid', message, { data });
  }

  async apply(intent: RolloutIntent): Promise<void> {
    await this.check(intent);
    const { file, clock, box } = this.#context;
    const key = keyOf(intent);
    const { secrets, pull, rolloutId, project, projectId, deploymentId, slug } = intent;
    const opened: Opened = pull === undefined ? { secrets } : { secrets, pull };
    const spec = parseRolloutSpec(intent.spec);
    const before = file.state.deployments[key];
    if (before !== undefined) {
      const held = [before.rolloutId, before.spec, before.project, before.slug];
      const isHeld = isDeepStrictEqual(held, [rolloutId, spec, project, slug]);
      if (isHeld && isDeepStrictEqual(this.#open(before), opened)) return;
    }
    // what is being done for the intent before must not see half of this one
    this.#aborts.get(key)?.abort();
    this.#opened.set(key, opened);
    await file.update((state) => {
      const known = state.deployments[key];
      const sealed = box.seal(JSON.stringify(opened));
      const changed = { rolloutId, spec, project, sealed, ...(slug !== undefined && { slug }) };
      delete state.removals[key];
      delete state.projects[projectId];
      if (known !== undefined) {
        delete known.failed;
        Object.assign(known, changed, { generation: known.generation + 1 });
        return;
      }
      const [since, ready, evicted, routes] = [clock.now(), {}, [], []];
      const fresh = { since, generation: 1, ready, evicted, routes };
      state.deployments[key] = { projectId, deploymentId, ...changed, ...fresh };
    });
    this.#renew(key);
  }

  async remove(ref: DeploymentRef, { deleteData }: { deleteData: boolean }): Promise<void> {
    const key = keyOf(ref);
    this.#aborts.get(key)?.abort();
    this.#opened.delete(key);
    const { file, routes } = this.#context;
    const heirs = Object.keys(file.state.deployments).filter((one) => routes.taken(one).length > 0);
    await file.update((state) => {
      delete state.deployments[key];
      state.removals[key] = { deleteData: deleteData || state.removals[key]?.deleteData === true };
    });
    this.#renew(key);
    for (const heir of heirs) this.#queue.add(heir);
  }

  async removeProject(projectId: string, { deleteData }: { deleteData: boolean }): Promise<void> {
    const { file } = this.#context;
    const { deployments, removals } = file.state;
    const keys = Object.keys({ ...deployments, ...removals });
    const own = keys.filter((key) => key.startsWith(`${projectId}/`));
    for (const key of own) this.#aborts.get(key)?.abort();
    await file.update((state) => {
      for (const key of own) {
        delete state.deployments[key];
        const also = state.removals[key]?.deleteData === true;
        state.removals[key] = { deleteData: deleteData || also };
      }
      state.projects[projectId] = { deleteData };
    });
    for (const key of own) this.#renew(key);
    this.#queue.add(projectId);
  }

  async restart(ref: DeploymentRef): Promise<void> {
    this.#mustHold(ref);
    const { file, clock } = this.#context;
    this.#aborts.get(keyOf(ref))?.abort();
    await file.update((state) => {
      const known = state.deployments[keyOf(ref)];
      if (known === undefined) return;
      known.restartedAt = new Date(clock.now()).toISOString();
      known.generation += 1;
    });
    this.#renew(keyOf(ref));
  }

  async removeInstance(
    ref: DeploymentRef,
    { instance, signal }: { instance: string; signal: AbortSignal },
  ): Promise<void> {
    const known = this.#mustHold(ref);
    const containers = await listContainers(this.#context, ref, signal);
    if (!containers.some(({ name }) => name === instance)) {
      throw new AppError('not_found', `There is no instance ${instance}.`);
    }
    await this.#context.file.update(() => {
      if (!known.evicted.includes(instance)) known.evicted.push(instance);
    });
    this.#queue.add(keyOf(ref));
  }

  watch({ signal }: { signal: AbortSignal }): AsyncIterable<DriverEvent> {
    return watchBoard(this.#board, signal);
  }

  async *logs(ref: DeploymentRef, options: LogOptions): AsyncGenerator<LogLine> {
    this.#mustHold(ref);
    const context = this.#context;
    if (!options.follow || options.previous === true) yield* readLogs(ref, context, options);
    else yield* followLogs(ref, { context, board: this.#board }, options);
  }

  async *events(
    ref: DeploymentRef,
    { follow, signal }: { follow: boolean; signal: AbortSignal },
  ): AsyncGenerator<EngineEvent> {
    this.#mustHold(ref);
    const { log } = this.#context;
    if (follow) yield* followEvents(ref, log, signal);
    else yield* log.list(ref);
  }

  async metrics(ref: DeploymentRef, { signal }: { signal: AbortSignal }): Promise<InstanceUsage[]> {
    this.#mustHold(ref);
    return this.#meter.read(ref, signal);
  }

  async close(): Promise<void> {
    this.#stop.abort();
    this.#meter.close();
    this.#queue.close();
    for (const abort of this.#aborts.values()) abort.abort();
    await Promise.all([this.#running, this.#retiring.close()]);
  }

  async #reconcile(reconciler: Reconciler, key: string, hard: AbortSignal) {
    const replaced = new AbortController();
    this.#aborts.set(key, replaced);
    try {
      return await reconciler.reconcile(key, AbortSignal.any([hard, replaced.signal]));
    } catch (error) {
      // the newer intent is in the queue already
      if (!replaced.signal.aborted) throw error;
    } finally {
      this.#aborts.delete(key);
    }
  }

  /** Another certificate, or a question of an authority: the edge gets it, and those it is for show it. */
  async #recertify(): Promise<void> {
    const { routes, file } = this.#context;
    await routes.publish(this.#stop.signal);
    for (const [key, { routes: own }] of Object.entries(file.state.deployments)) {
      if (own.some(({ secure }) => secure !== undefined)) this.#queue.add(key);
    }
  }

  /** What waits before it tries again, because the edge was away, waits no longer. */
  #hurry(): void {
    for (const key of Object.keys(this.#context.file.state.deployments)) {
      this.#queue.forget(key);
      this.#queue.add(key);
    }
  }

  /** A newer intent ends what is being done for the one before. */
  #renew(key: string): void {
    this.#queue.forget(key);
    this.#queue.add(key);
    this.#aborts.get(key)?.abort();
  }

  #open(state: DeploymentState): Opened {
    const key = keyOf(state);
    const opened =
      this.#opened.get(key) ?? (JSON.parse(this.#context.box.open(state.sealed)) as Opened);
    this.#opened.set(key, opened);
    return opened;
  }

  #mustHold(ref: DeploymentRef): DeploymentState {
    const known = this.#context.file.state.deployments[keyOf(ref)];
    if (known === undefined) throw new AppError('not_found', 'The deployment does not run here.');
    return known;
  }
}
