import type { QueueStats } from '@davit/controller';
import type { RequestDone } from '@davit/kubernetes';
import { PHASES } from '@davit/domain';
import type { Counter, Histogram } from 'prom-client';
import { Series } from './series.ts';

export const RESULTS = ['success', 'error', 'requeue', 'requeue_after'] as const;
export type Result = (typeof RESULTS)[number];

export interface MetricsOptions {
  /** Rollouts reconciled at the same time, at most */
  workers: number;
  /** host and port of the API server */
  host: string;
  leaseName: string;
}

/** What is read when somebody asks. */
export interface Levels {
  queue(): QueueStats;
  leading(): boolean;
  watches(): Iterable<{ kind: string; connected: boolean }>;
  /** the original operator is at work, and this one waits */
  waiting(): boolean;
  /** the API server throws fields of Rollouts away */
  outdated(): boolean;
  /** the phase of every Rollout */
  phases(): Iterable<{ namespace: string; name: string; phase: string }>;
}

/** Those of controller-runtime, so that one query compares operators. */
const RECONCILE_SECONDS = [
  ...[
    0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9,
  ],
  ...[1, 1.25, 1.5, 1.75, 2, 2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 40, 50, 60],
];
/** 10 ns to 1,000 s */
const QUEUE_SECONDS = Array.from({ length: 12 }, (_, i) => Number(`1e${i - 8}`));
const controller = 'rollout';
const byController = { controller };
/** a queue is called as its controller */
const byQueue = { name: controller, controller };

/** Numbers for Prometheus: those of controller-runtime by its names and labels, and a few of our own. */
export class Metrics {
  readonly #series = new Series();
  readonly #options: MetricsOptions;
  readonly #reconciles: Counter<'controller' | 'result'>;
  readonly #errors: Counter<'controller'>;
  readonly #panics: Counter<'controller'>;
  readonly #errorCodes: Counter<'code'>;
  readonly #times: Histogram<'controller'>;
  readonly #requests: Counter<'code' | 'method' | 'host'>;
  readonly #waits: Histogram<'name' | 'controller'>;
  readonly #work: Histogram<'name' | 'controller'>;

  constructor(options: MetricsOptions) {
    this.#options = options;
    const series = this.#series;
    this.#reconciles = series.counter('controller_runtime_reconcile_total', {
      help: 'Reconciles by result.',
      labelNames: ['controller', 'result'],
    });
    // named from the start, so that a rate over a first failure is one
    for (const result of RESULTS) this.#reconciles.inc({ controller, result }, 0);
    this.#errors = this.#failures('reconcile_errors_total', 'Failed reconciles.');
    this.#panics = this.#failures('reconcile_panics_total', 'Reconciles that met a bug.');
    this.#failures('terminal_reconcile_errors_total', 'Reconciles not tried again: none is.');
    this.#failures('reconcile_timeouts_total', 'Reconciles cut short: none is.');
    this.#errorCodes = series.counter('davit_reconcile_errors_total', {
      help: 'Failed reconciles by error code.',
      labelNames: ['code'],
    });
    this.#requests = series.counter('rest_client_requests_total', {
      help: 'Requests to the API server.',
      labelNames: ['code', 'method', 'host'],
    });
    this.#times = series.histogram('controller_runtime_reconcile_time_seconds', {
      help: 'Time of a reconcile.',
      labelNames: ['controller'],
      buckets: RECONCILE_SECONDS,
    });
    this.#waits = series.histogram('workqueue_queue_duration_seconds', {
      help: 'Time a Rollout waits before it is reconciled.',
      labelNames: ['name', 'controller'],
      buckets: QUEUE_SECONDS,
    });
    this.#work = series.histogram('workqueue_work_duration_seconds', {
      help: 'Time a Rollout is worked on.',
      labelNames: ['name', 'controller'],
      buckets: QUEUE_SECONDS,
    });
    series.level('controller_runtime_max_concurrent_reconciles', {
      help: 'Reconciles at the same time, at most.',
      labels: byController,
      read: () => options.workers,
    });
  }

  reconciled(result: Result, seconds: number): void {
    this.#reconciles.inc({ controller, result });
    this.#times.observe(byController, seconds);
  }

  failed(code: string): void {
    this.#errors.inc(byController);
    this.#errorCodes.inc({ code });
    // what is no outcome we know of
    if (code === 'internal') this.#panics.inc(byController);
  }

  request({ method, status }: RequestDone): void {
    const { host } = this.#options;
    this.#requests.inc({ code: status === 0 ? '<error>' : String(status), method, host });
  }

  waited(ms: number): void {
    this.#waits.observe(byQueue, ms / 1000);
  }

  worked(ms: number): void {
    this.#work.observe(byQueue, ms / 1000);
  }

  /** Call once: from now on the levels are read whenever somebody asks for the numbers. */
  watch(levels: Levels): void {
    const series = this.#series;
    series.level('leader_election_master_status', {
      help: 'Whether this copy does the work.',
      labels: { name: this.#options.leaseName },
      read: () => Number(levels.leading()),
    });
    series.level('davit_original_operator_running', {
      help: "Whether One-Click's operator is at work, and this copy waits for its end.",
      read: () => Number(levels.waiting()),
    });
    series.level('davit_crd_outdated', {
      help: 'Whether the definition of Rollouts is older than this operator, and loses fields.',
      read: () => Number(levels.outdated()),
    });
    series.each('davit_rollout_phase', {
      help: `1 for the phase of a Rollout: ${PHASES.join(', ')}.`,
      labelNames: ['namespace', 'name', 'phase'],
      read: (set) => {
        for (const labels of levels.phases()) set({ ...labels }, 1);
      },
    });
    series.each('davit_watch_connected', {
      help: 'Whether the watches of a kind are connected, in all namespaces.',
      labelNames: ['kind'],
      read: (set) => {
        for (const { kind, connected } of levels.watches()) set({ kind }, Number(connected));
      },
    });
    this.#watchQueue(() => levels.queue());
    this.#watchProcess();
  }

  text(): Promise<string> {
    return this.#series.text();
  }

  #failures(name: string, help: string): Counter<'controller'> {
    const options = { help, labelNames: ['controller'] satisfies ['controller'] };
    const counter = this.#series.counter(`controller_runtime_${name}`, options);
    counter.inc(byController, 0);
    return counter;
  }

  #watchQueue(queue: () => QueueStats): void {
    const series = this.#series;
    series.level('controller_runtime_active_workers', {
      help: 'Rollouts being reconciled.',
      labels: byController,
      read: () => queue().running,
    });
    series.level('workqueue_depth', {
      help: 'Rollouts waiting to be reconciled.',
      // empty where a queue has no priorities that are numbers
      labels: { ...byQueue, priority: '' },
      read: () => queue().depth,
    });
    series.level('workqueue_unfinished_work_seconds', {
      help: 'Time the running reconciles have taken so far, together.',
      labels: byQueue,
      read: () => queue().unfinishedMs / 1000,
    });
    series.level('workqueue_longest_running_processor_seconds', {
      help: 'Time the longest of the running reconciles has taken.',
      labels: byQueue,
      read: () => queue().longestMs / 1000,
    });
    series.total('workqueue_adds_total', {
      help: 'Rollouts put into the queue.',
      labels: byQueue,
      read: () => queue().adds,
    });
    series.total('workqueue_retries_total', {
      help: 'Rollouts put back after a failure.',
      labels: byQueue,
      read: () => queue().retries,
    });
    series.level('davit_workqueue_delayed', {
      help: 'Rollouts to be looked at later.',
      read: () => queue().delayed,
    });
  }

  #watchProcess(): void {
    const series = this.#series;
    series.level('process_resident_memory_bytes', {
      help: 'Memory in use.',
      read: () => process.memoryUsage.rss(),
    });
    series.level('process_start_time_seconds', {
      help: 'When the process started.',
      read: () => Date.now() / 1000 - process.uptime(),
    });
    series.total('process_cpu_seconds_total', {
      help: 'Processor time used.',
      read: () => {
        const { user, system } = process.cpuUsage();
        return (user + system) / 1e6;
      },
    });
  }
}
