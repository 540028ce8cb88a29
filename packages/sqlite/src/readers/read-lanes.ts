import type { RowPage } from '@davit/domain';
import type { Database } from 'better-sqlite3';
import { readTools, runReadJob } from './read-job.ts';
import type { ReadJob, ReadTools } from './read-job.ts';
import type { ReaderPool, ReaderStats } from './reader-pool.ts';
import { isTrialOver } from './row-guard.ts';
import type { SlowLane } from './slow-lane.ts';
import { StableQueries } from './stable-queries.ts';
import { Verdicts } from './verdicts.ts';
import type { LaneRead, Way } from './verdicts.ts';

export interface ReadLanesOptions {
  /** for plans, sizes and what is read at once */
  connection: Database;
  /** absent: quick reads run on this thread */
  fast: ReaderPool | undefined;
  slow: SlowLane;
  now?: () => number;
}

/**
 * Sends each read the way it should go: what is sure to end soon to a thread (or, `at once`, nowhere), what its plan
 * or its past says may take long to a process that can be killed. A page that may be full after a few rows is tried on
 * a thread first, which the guard in it ends after so many that nobody notices.
 */
export class ReadLanes {
  readonly #options: ReadLanesOptions;
  readonly #tools: ReadTools;
  readonly #stable: StableQueries;
  readonly #verdicts: Verdicts;

  constructor(options: ReadLanesOptions) {
    const { connection, now = Date.now } = options;
    this.#options = options;
    this.#tools = readTools(connection);
    this.#stable = new StableQueries(connection);
    this.#verdicts = new Verdicts(connection, now);
  }

  /** On this thread, at once: for reads that take less than sending them does. */
  runHere(job: ReadJob): RowPage {
    return runReadJob(this.#tools, job);
  }

  async run(read: LaneRead, signal?: AbortSignal): Promise<RowPage> {
    const { fast, slow } = this.#options;
    const { query, job } = read;
    const { count } = job;
    const sent = count && this.#stable.has(query, count.sql) ? { ...job, stable: true } : job;
    const way = this.#wayOf(read);
    if (way.to === 'trial' && fast && read.trial) {
      const page = await tryPage(
        fast,
        { ...job, trial: { page: read.trial.page(), rows: way.rows } },
        signal,
      );
      if (page) return page;
      this.remember(job);
    }
    if (way.to === 'process' || way.to === 'trial') return slow.run(sent, signal);
    return fast && way.to === 'thread' ? fast.run(sent, signal) : this.runHere(sent);
  }

  /** It took long: the next one like it goes the slow way at once, for a while. */
  remember(job: ReadJob): void {
    this.#verdicts.tookLong(job);
  }

  stats(): ReaderStats {
    const { threads = 0, busy = 0, queue = 0 } = this.#options.fast?.stats() ?? {};
    const slow = this.#options.slow.stats();
    return {
      threads: threads + slow.processes,
      busy: busy + slow.busy,
      queue: queue + slow.queue,
    };
  }

  async close(): Promise<void> {
    await Promise.all([this.#options.fast?.close(), this.#options.slow.close()]);
  }

  #wayOf(read: LaneRead): Way {
    const { where, joins, view, order } = read.query;
    const isPlain = !where && joins.length === 0 && view !== true;
    return isPlain && order.length === 0 ? { to: 'thread' } : this.#verdicts.of(read);
  }
}

/** Undefined: the guard ended it. */
async function tryPage(
  fast: ReaderPool,
  job: ReadJob,
  signal: AbortSignal | undefined,
): Promise<RowPage | undefined> {
  try {
    return await fast.run(job, signal);
  } catch (error) {
    if (isTrialOver(error)) return undefined;
    throw error;
  }
}
