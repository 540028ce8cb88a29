export { LEASE_RULES, NAMESPACE_RULES, ORIGINAL_RULES, renderRbac, RULES } from './rbac.ts';
import { hostname } from 'node:os';
import { randomUUID } from 'node:crypto';
import type { AppError, Logger } from '@davit/domain';
import { toAppError } from '@davit/domain';
import { createQueue, runWorkers, sleep, soleLease, systemClock } from '@davit/controller';
import type { KeyQueue, ReconcileResult } from '@davit/controller';
import { EventRecorder, KubeHttp, KubeLease, OperatorCluster } from '@davit/kubernetes';
import type { RequestDone } from '@davit/kubernetes';
import { createReconcile } from '@davit/operator';
import type { Reconcile } from '@davit/operator';
import { LABELS } from '@davit/rollout';
import type { OperatorConfig } from './config.ts';
import { connect } from './connect.ts';
import { DefinitionCheck } from './definition-check.ts';
import { openHealth } from './health.ts';
import { CHILD_KINDS, OPTIONAL_KINDS, WATCHED_KINDS, WHOLE_KINDS } from './kinds.ts';
import { createLogger } from './logger.ts';
import { Metrics } from './metrics.ts';
import type { Result } from './metrics.ts';
import { servedSchema } from './served-fields.ts';
import type { Schema } from './served-fields.ts';
import { openSmallServer } from './small-server.ts';
import type { SmallServer } from './small-server.ts';
import { howToStop, listOriginals } from './original-operator.ts';
import { Watches } from './watches.ts';
import { YieldingLease } from './yielding-lease.ts';

export interface OperatorOverrides {
  logger?: Logger;
  /** sees every request to the API server */
  onRequest?: (done: RequestDone) => void;
  /** unique among the copies; host name and a random id when absent */
  identity?: string;
}

export interface Operator {
  /** Works until the signal aborts; then ends the running reconciles, gives back the lease and resolves. */
  run(signal: AbortSignal): Promise<void>;
  /** All caches are filled. */
  readonly ready: boolean;
  /** where the small servers listen, while it runs */
  readonly ports: { metrics?: number; health?: number };
}

/** Watched events can get lost in ways nobody thought of; a look at everything costs no write. */
const RESYNC_MS = 10 * 60_000;
/** Connections beside those of the workers. */
const LISTS_AND_EVENTS = 4;
/** For the events of the last reconciles, in a stop that may take 15 seconds. */
const LAST_EVENTS_MS = 3_000;

/** The operator of one cluster, ready to run. Throws `not_found`, `invalid` or `unsupported` for its credentials. */
export function createOperator(
  config: OperatorConfig,
  overrides: OperatorOverrides = {},
): Operator {
  return new RunningOperator(config, overrides);
}

class RunningOperator implements Operator {
  readonly #config: OperatorConfig;
  readonly #logger: Logger;
  readonly #metrics: Metrics;
  readonly #http: KubeHttp;
  /** renewals do not wait for writes, however many and slow these are */
  readonly #leaseHttp: KubeHttp;
  readonly #lease: YieldingLease;
  readonly #queue: KeyQueue;
  readonly #cluster: OperatorCluster;
  readonly #reconcile: Reconcile;
  readonly #definition: DefinitionCheck;
  readonly #watches = new Watches();
  readonly ports: Operator['ports'] = {};
  ready = false;
  /** only then something is queued: who takes over looks at everything anyway */
  #leads = false;

  constructor(config: OperatorConfig, overrides: OperatorOverrides) {
    this.#config = config;
    const cluster = connect(config);
    const { workers, leaseName } = config;
    const metrics = new Metrics({ workers, leaseName, host: hostOf(cluster.server) });
    this.#metrics = metrics;
    this.#queue = createQueue({
      onWaited: (ms) => metrics.waited(ms),
      onWorked: (ms) => metrics.worked(ms),
    });
    this.#logger =
      overrides.logger ??
      createLogger({ level: config.logLevel, write: (line) => process.stderr.write(line) });
    const identity = overrides.identity ?? `${hostname()}_${randomUUID().slice(0, 8)}`;
    const onRequest = (done: RequestDone): void => {
      metrics.request(done);
      overrides.onRequest?.(done);
    };
    const common = { config: cluster, userAgent: 'davit-operator', onRequest };
    this.#http = new KubeHttp({ ...common, connections: config.workers + LISTS_AND_EVENTS });
    this.#leaseHttp = new KubeHttp({ ...common, connections: 2 });
    const logger = this.#logger;
    const http = this.#http;
    const leaseHttp = this.#leaseHttp;
    const lease = config.leaderElect
      ? new KubeLease({
          ...{ http: leaseHttp, namespace: cluster.namespace, name: leaseName },
          ...{ identity, logger },
        })
      : soleLease;
    // while it waits for the original it may write nothing but this
    const notices = new EventRecorder({
      ...{ http, logger, component: 'davit-operator', instance: identity },
      allowed: () => lease.held,
    });
    this.#lease = new YieldingLease(lease, {
      ...{ look: (signal) => listOriginals(leaseHttp, signal), clock: systemClock, logger },
      onFound: (namespace) => this.#tellOfOriginal(namespace, notices),
    });
    this.#cluster = this.#openCluster(identity);
    const served = (signal: AbortSignal): Promise<Schema | undefined> => servedSchema(http, signal);
    this.#definition = new DefinitionCheck({ served, clock: systemClock, logger });
    this.#reconcile = createReconcile({
      ...{ cluster: this.#cluster, clock: systemClock },
      onStatusKept: (lost) => this.#definition.kept(lost),
    });
  }

  async run(signal: AbortSignal): Promise<void> {
    const servers = await this.#openServers();
    const watching = new AbortController();
    const watched = Promise.all([
      this.#cluster.run(watching.signal),
      this.#definition.run(watching.signal),
    ]);
    const stopWatching = (): void => watching.abort();
    signal.addEventListener('abort', stopWatching, { once: true });
    if (signal.aborted) stopWatching();
    try {
      this.ready = await this.#cluster.synced();
      // from here on the caches have to outlive the signal, for the reconciles that are to end well
      signal.removeEventListener('abort', stopWatching);
      if (!signal.aborted) await this.#lead(signal);
    } finally {
      this.ready = false;
      this.#queue.close();
      watching.abort();
      await watched;
      await Promise.all(servers.map((server) => server.close()));
      await Promise.all([this.#http.close(), this.#leaseHttp.close()]);
      this.#logger.log('info', 'stopped');
    }
  }

  /** Where somebody looks who wonders why nothing happens. */
  #tellOfOriginal(namespace: string, notices: EventRecorder): void {
    const message = `One-Click's operator is at work in namespace ${namespace}. Davit's waits until it is stopped: ${howToStop(namespace)}`;
    for (const key of this.#cluster.keys()) {
      const rollout = this.#cluster.rollout(key);
      const event = { type: 'Warning', reason: 'OriginalOperatorRuns', message } as const;
      if (rollout) notices.record(rollout, event);
    }
  }

  #lead(signal: AbortSignal): Promise<void> {
    this.#logger.log('info', 'ready', { rollouts: this.#cluster.keys().length });
    return this.#lease.hold(signal, async (leading) => {
      this.#leads = true;
      const resyncing = this.#resync(leading);
      await runWorkers({
        queue: this.#queue,
        workers: this.#config.workers,
        reconcile: (key, stop) => this.#step(key, stop),
        onError: () => undefined,
        signal: leading,
      });
      await resyncing;
      this.#leads = false;
      this.#queue.clear();
      // once the lease is given back they may not be written
      await this.#cluster.flushEvents(LAST_EVENTS_MS);
    });
  }

  async #resync(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      for (const key of this.#cluster.keys()) this.#queue.add(key);
      await sleep(systemClock, RESYNC_MS, signal);
    }
  }

  async #step(key: string, signal: AbortSignal): Promise<ReconcileResult> {
    const started = performance.now();
    const logger = this.#logger.with({ rollout: key, reconcileId: randomUUID().slice(0, 8) });
    const took = (): number => (performance.now() - started) / 1000;
    try {
      const result = await this.#reconcile(key, { signal, logger });
      this.#metrics.reconciled(kindOf(result), took());
      logger.log('debug', 'reconciled', { seconds: took() });
      return result;
    } catch (error) {
      const failure: AppError = toAppError(error);
      this.#metrics.reconciled('error', took());
      this.#metrics.failed(failure.code);
      const level = failure.code === 'conflict' ? 'debug' : 'warn';
      logger.log(level, 'reconcile failed', { retries: this.#queue.retries(key), error });
      throw error;
    }
  }

  #openCluster(identity: string): OperatorCluster {
    return new OperatorCluster({
      http: this.#http,
      namespaces: this.#config.namespaces,
      childKinds: [...CHILD_KINDS, ...WATCHED_KINDS],
      wholeKinds: WHOLE_KINDS,
      optionalKinds: OPTIONAL_KINDS,
      ownerLabel: LABELS.deploymentId,
      namespaceLabel: LABELS.networkPolicy,
      lease: this.#lease,
      onChange: (key, asked) => {
        if (this.#leads) this.#queue.add(key, asked ? 'soon' : 'usual');
      },
      onState: (watch, { connected }) => this.#watches.tell(watch, connected),
      identity,
      logger: this.#logger,
    });
  }

  async #openServers(): Promise<SmallServer[]> {
    const { metrics, health } = this.#config;
    const servers: SmallServer[] = [];
    if (metrics) {
      this.#watchLevels();
      const server = await openSmallServer(metrics, {
        '/metrics': async () => ({ status: 200, body: await this.#metrics.text() }),
      });
      this.ports.metrics = server.port;
      servers.push(server);
    }
    if (health) {
      const server = await openHealth(health, () => ({
        ready: this.ready,
        leads: this.#lease.held,
        original: this.#lease.original,
        lost: this.#definition.missing,
        refused: this.#cluster.refusals().map(({ namespace }) => namespace),
      }));
      this.ports.health = server.port;
      servers.push(server);
    }
    return servers;
  }

  #watchLevels(): void {
    this.#metrics.watch({
      queue: () => this.#queue.stats(),
      leading: () => this.#lease.held,
      watches: () => this.#watches.kinds(),
      waiting: () => this.#lease.original?.certain ?? false,
      outdated: () => this.#definition.missing.length > 0,
      phases: () => this.#cluster.phases(),
    });
  }
}

function kindOf({ requeueAfterMs }: ReconcileResult): Result {
  if (requeueAfterMs === undefined) return 'success';
  return requeueAfterMs > 0 ? 'requeue_after' : 'requeue';
}

/** With its port, as it was given. */
const hostOf = (url: string): string => url.replace(/^\w+:\/\//, '').replace(/\/.*$/, '');
