import type { QueueStats } from '@davit/controller';
import type { RequestDone } from '@davit/kubernetes';
import { PHASES } from '@davit/domain';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';

export const RESULTS = ['success', 'error', 'requeue_after'] as const;
export type Result = (typeof RESULTS)[number];

/** What is read when somebody asks. */
export interface Levels {
  queue(): QueueStats;
  leading(): boolean;
  watches(): Iterable<{ kind: string; connected: boolean }>;
  /** the original operator is at work, and this one waits */
  waiting(): boolean;
  /** the phase of every Rollout */
  phases(): Iterable<{ namespace: string; name: string; phase: string }>;
}

const SECONDS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const controller = 'rollout';

/** Numbers for Prometheus, named as those of controller-runtime where it has the same. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #reconciles: Counter<'controller' | 'result'>;
  readonly #errors: Counter<'controller'>;
  readonly #errorCodes: Counter<'code'>;
  readonly #times: Histogram<'controller'>;
  readonly #requests: Counter<'method' | 'code'>;
  readonly #waits: Histogram<'name'>;
  readonly #work: Histogram<'name'>;

  constructor(workers: number) {
    this.#reconciles = this.#counter('controller_runtime_reconcile_total', {
      help: 'Reconciles by result.',
      labelNames: ['controller', 'result'],
    });
    // named from the start, so that a rate over a first failure is one
    for (const result of RESULTS) this.#reconciles.inc({ controller, result }, 0);
    this.#errors = this.#counter('controller_runtime_reconcile_errors_total', {
      help: 'Failed reconciles.',
      labelNames: ['controller'],
    });
    this.#errors.inc({ controller }, 0);
    this.#errorCodes = this.#counter('davit_reconcile_errors_total', {
      help: 'Failed reconciles by error code.',
      labelNames: ['code'],
    });
    this.#requests = this.#counter('rest_client_requests_total', {
      help: 'Requests to the API server.',
      labelNames: ['method', 'code'],
    });
    this.#times = this.#histogram('controller_runtime_reconcile_time_seconds', {
      help: 'Time of a reconcile.',
      labelNames: ['controller'],
    });
    this.#waits = this.#histogram('workqueue_queue_duration_seconds', {
      help: 'Time a Rollout waits before it is reconciled.',
      labelNames: ['name'],
    });
    this.#work = this.#histogram('workqueue_work_duration_seconds', {
      help: 'Time a Rollout is worked on.',
      labelNames: ['name'],
    });
    this.#level('controller_runtime_max_concurrent_reconciles', {
      help: 'Reconciles at the same time, at most.',
      read: () => workers,
    });
  }

  reconciled(result: Result, seconds: number): void {
    this.#reconciles.inc({ controller, result });
    this.#times.observe({ controller }, seconds);
  }

  failed(code: string): void {
    this.#errors.inc({ controller });
    this.#errorCodes.inc({ code });
  }

  request({ method, status }: RequestDone): void {
    this.#requests.inc({ method, code: status === 0 ? '<error>' : String(status) });
  }

  waited(ms: number): void {
    this.#waits.observe({ name: controller }, ms / 1000);
  }

  worked(ms: number): void {
    this.#work.observe({ name: controller }, ms / 1000);
  }

  /** Call once: from now on the levels are read whenever somebody asks for the numbers. */
  watch(levels: Levels): void {
    const queue = (read: (stats: QueueStats) => number) => () => read(levels.queue());
    const help = (text: string, read: () => number): LevelOptions => ({ help: text, read });
    for (const [name, options] of Object.entries({
      controller_runtime_active_workers: help(
        'Rollouts being reconciled.',
        queue(({ running }) => running),
      ),
      workqueue_depth: help(
        'Rollouts waiting to be reconciled.',
        queue(({ depth }) => depth),
      ),
      workqueue_unfinished_work_seconds: help(
        'Time the running reconciles have taken so far, together.',
        queue(({ unfinishedMs }) => unfinishedMs / 1000),
      ),
      workqueue_longest_running_processor_seconds: help(
        'Time the longest of the running reconciles has taken.',
        queue(({ longestMs }) => longestMs / 1000),
      ),
      davit_workqueue_delayed: help(
        'Rollouts to be looked at later.',
        queue(({ delayed }) => delayed),
      ),
      leader_election_master_status: help('Whether this copy does the work.', () =>
        Number(levels.leading()),
      ),
      davit_original_operator_running: help(
        "Whether One-Click's operator is at work, and this copy waits for its end.",
        () => Number(levels.waiting()),
      ),
      process_resident_memory_bytes: help('Memory in use.', () => process.memoryUsage.rss()),
      process_start_time_seconds: help(
        'When the process started.',
        () => Date.now() / 1000 - process.uptime(),
      ),
    })) {
      this.#level(name, options);
    }
    for (const [name, read] of Object.entries({
      workqueue_adds_total: queue(({ adds }) => adds),
      workqueue_retries_total: queue(({ retries }) => retries),
      process_cpu_seconds_total: () => {
        const { user, system } = process.cpuUsage();
        return (user + system) / 1e6;
      },
    })) {
      this.#total(name, { help: TOTALS[name] ?? name, read });
    }
    this.#each('davit_rollout_phase', {
      help: `1 for the phase of a Rollout: ${PHASES.join(', ')}.`,
      labelNames: ['namespace', 'name', 'phase'],
      read: (set) => {
        for (const labels of levels.phases()) set({ ...labels }, 1);
      },
    });
    this.#each('davit_watch_connected', {
      help: 'Whether the watches of a kind are connected, in all namespaces.',
      labelNames: ['kind'],
      read: (set) => {
        for (const { kind, connected } of levels.watches()) set({ kind }, Number(connected));
      },
    });
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }

  /** A series for each of what there is at the moment. */
  #each(name: string, { read, ...options }: EachOptions): void {
    const gauge: Gauge = new Gauge({
      ...{ name, ...options, registers: [this.#registry] },
      collect: (): void => {
        gauge.reset();
        read((labels, value) => gauge.set(labels, value));
      },
    });
  }

  #level(name: string, { help, read }: LevelOptions): void {
    const labels = labelsOf(name);
    const gauge: Gauge = new Gauge({
      ...{ name, help, labelNames: Object.keys(labels), registers: [this.#registry] },
      collect: (): void => gauge.set(labels, read()),
    });
  }

  #total(name: string, { help, read }: LevelOptions): void {
    const labels = labelsOf(name);
    const counter = new Counter({
      ...{ name, help, labelNames: Object.keys(labels), registers: [this.#registry] },
      collect() {
        counter.reset();
        counter.inc(labels, read());
      },
    });
  }

  #counter<T extends string>(name: string, options: SeriesOptions<T>): Counter<T> {
    return new Counter({ name, ...options, registers: [this.#registry] });
  }

  #histogram<T extends string>(name: string, options: SeriesOptions<T>): Histogram<T> {
    return new Histogram({ name, ...options, buckets: SECONDS, registers: [this.#registry] });
  }
}

/** Those of a queue name it. */
const labelsOf = (series: string): Record<string, string> =>
  series.startsWith('workqueue_') ? { name: controller } : {};

interface LevelOptions {
  help: string;
  read: () => number;
}

interface EachOptions {
  help: string;
  labelNames: string[];
  read: (set: (labels: Record<string, string>, value: number) => void) => void;
}

interface SeriesOptions<T extends string> {
  help: string;
  labelNames: T[];
}

const TOTALS: Record<string, string> = {
  workqueue_adds_total: 'Rollouts put into the queue.',
  workqueue_retries_total: 'Rollouts put back after a failure.',
  process_cpu_seconds_total: 'Processor time used.',
};
