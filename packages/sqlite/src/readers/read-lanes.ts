import type { Query, RowPage } from '@davit/domain';
import type { Database } from 'better-sqlite3';
import { CountCache } from './count-cache.ts';
import { planCost } from './plan-cost.ts';
import { runReadJob } from './read-job.ts';
import type { ReadJob } from './read-job.ts';
import type { ReaderPool, ReaderStats } from './reader-pool.ts';
import type { SlowLane } from './slow-lane.ts';
import { StableQueries } from './stable-queries.ts';
import { StatementCache } from './statement-cache.ts';
import { tablesOf } from './tables-of.ts';

/** Rows looked at; about a second's work, and then it is over whatever happens. */
const MOST_ROWS = 2_000_000;
/** What looks at fewer is quick by itself: when it took long, the machine was busy. */
const FEW_ROWS = 50_000;
/** What looks at fewer takes less than sending it to a thread does. */
const HANDFUL = 50;
/** Tables grow, and so does what a plan costs. */
const REMEMBERED_MS = 60_000;
const SIZE_MS = 10_000;
const MOST_SHAPES = 2000;

export interface ReadLanesOptions {
  /** for plans, sizes and what is read at once */
  connection: Database;
  /** absent: quick reads run on this thread */
  fast: ReaderPool | undefined;
  slow: SlowLane;
  now?: () => number;
}

/** on this thread, on a reader thread, in a process of the slow lane */
type Way = 'here' | 'thread' | 'process';

interface Verdict {
  way: Way;
  /** rows it may look at */
  cost: number;
  until: number;
}

/**
 * Sends each read the way it should go: what is sure to end soon to a thread (or, `at once`, nowhere), what its plan
 * or its past says may take long to a process that can be killed.
 */
export class ReadLanes {
  readonly #options: ReadLanesOptions;
  readonly #statements: StatementCache;
  readonly #counts: CountCache;
  readonly #stable: StableQueries;
  readonly #now: () => number;
  /** by statement */
  readonly #verdicts = new Map<string, Verdict>();
  readonly #sizes = new Map<string, { rows: number | undefined; until: number }>();

  constructor(options: ReadLanesOptions) {
    this.#options = options;
    this.#statements = new StatementCache(options.connection);
    this.#counts = new CountCache(options.connection);
    this.#stable = new StableQueries(options.connection);
    this.#now = options.now ?? Date.now;
  }

  /** On this thread, at once: for reads that take less than sending them does. */
  runHere(job: ReadJob): RowPage {
    return runReadJob(this.#statements, job, this.#counts);
  }

  async run(query: Query, job: ReadJob, signal?: AbortSignal): Promise<RowPage> {
    const { fast, slow } = this.#options;
    const { count } = job;
    const read = count && this.#stable.has(query, count.sql) ? { ...job, stable: true } : job;
    const way = this.#wayOf(query, job);
    if (way === 'process') return slow.run(read, signal);
    return fast && way === 'thread' ? fast.run(read, signal) : this.runHere(read);
  }

  /**
   * It took long: the next one like it goes the slow way at once. Not what an index finds, which a busy machine may
   * hold up: sign-ins look up names like that, and many at a time keep a machine busy.
   */
  remember({ page, count }: ReadJob): void {
    const key = keyOf({ page, ...(count && { count }) });
    const cost = this.#verdicts.get(key)?.cost ?? Infinity;
    if (cost > FEW_ROWS) this.#note(key, { cost, way: 'process' });
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

  #wayOf(query: Query, job: ReadJob): Way {
    const isPlain = !query.where && query.joins.length === 0 && query.view !== true;
    if (isPlain && query.order.length === 0) return 'thread';
    const key = keyOf(job);
    const known = this.#verdicts.get(key);
    if (known && known.until > this.#now()) return known.way;
    const cost = this.#cost(query, job);
    if (cost > MOST_ROWS) return this.#note(key, { cost, way: 'process' });
    return this.#note(key, { cost, way: cost <= HANDFUL ? 'here' : 'thread' });
  }

  #cost(query: Query, { page, count }: ReadJob): number {
    const tables = tablesOf(query);
    const rowsOf = (name: string): number | undefined => this.#rows(tables.get(name) ?? name);
    const { connection } = this.#options;
    return Math.max(
      ...[page, count].map((statement) =>
        statement ? planCost(connection, statement, rowsOf) : 0,
      ),
    );
  }

  #note(key: string, { cost, way }: Pick<Verdict, 'cost' | 'way'>): Way {
    const [oldest] = this.#verdicts.keys();
    if (oldest !== undefined && this.#verdicts.size >= MOST_SHAPES) this.#verdicts.delete(oldest);
    const ms = way === 'here' ? SIZE_MS : REMEMBERED_MS;
    this.#verdicts.set(key, { cost, way, until: this.#now() + ms });
    return way;
  }

  /** The highest row id: found at once, where counting reads the table. */
  #rows(table: string): number | undefined {
    const known = this.#sizes.get(table);
    if (known && known.until > this.#now()) return known.rows;
    const rows = highestRowid(this.#statements, table);
    if (this.#sizes.size >= MOST_SHAPES) this.#sizes.clear();
    this.#sizes.set(table, { rows, until: this.#now() + SIZE_MS });
    return rows;
  }
}

function highestRowid(statements: StatementCache, table: string): number | undefined {
  try {
    const name = `\`${table.replaceAll('`', '``')}\``;
    const statement = statements.prepare(`SELECT max(_rowid_) AS rows FROM ${name}`);
    return (statement.get() as { rows: number | null }).rows ?? 0;
  } catch {
    return undefined; // a view, or a sub-query that has a name
  }
}

function keyOf({ page, count }: ReadJob): string {
  return count ? `${page.sql};${count.sql}` : page.sql;
}
