import type { Query } from '@davit/domain';
import type { Database } from 'better-sqlite3';
import { HANDFUL } from '../select/quick-read.ts';
import { Plan } from './plan.ts';
import type { ReadJob } from './read-job.ts';
import type { Statement } from './statement-cache.ts';
import { TableSizes } from './table-sizes.ts';
import { tablesOf } from './tables-of.ts';

/** Rows looked at; about a second's work, and then it is over whatever happens. */
const MOST_ROWS = 2_000_000;
/** Worth a try on a thread; about a tenth of a second's work, as a rule much less. */
const TRIAL_ROWS = 200_000;
/** What looks at fewer is quick by itself: when it took long, the machine was busy. */
const FEW_ROWS = 50_000;
/** Tables grow, and so does what a plan costs; what was slow once is not for ever. */
const REMEMBERED_MS = 60_000;
/** Small tables grow sooner out of what runs on this thread. */
const HERE_MS = 10_000;
const MOST_SHAPES = 2000;

/** A read, and what it takes to judge it. */
export interface LaneRead {
  query: Query;
  job: ReadJob;
  /** which row fills the page, and the page with the guard; absent: it cannot be tried */
  trial?: { fills: number; page: () => Statement };
}

/** On this thread, on a reader thread, there for so many rows of the outermost loop, in a process of the slow lane. */
export type Way = { to: 'here' | 'thread' | 'process' } | { to: 'trial'; rows: number };

interface Verdict {
  way: Way;
  /** rows it may look at */
  cost: number;
  until: number;
}

/** Which way statements go, by their text: what their plan says, until it is known better. */
export class Verdicts {
  readonly #connection: Database;
  readonly #now: () => number;
  readonly #sizes: TableSizes;
  readonly #verdicts = new Map<string, Verdict>();

  constructor(connection: Database, now: () => number) {
    this.#connection = connection;
    this.#now = now;
    this.#sizes = new TableSizes(connection, now);
  }

  of(read: LaneRead): Way {
    const key = keyOf(read.job);
    const known = this.#verdicts.get(key);
    if (known && known.until > this.#now()) return known.way;
    const verdict = this.#judge(read);
    this.#note(key, verdict);
    return verdict.way;
  }

  /**
   * It took long: the next one like it goes the slow way at once. Not what an index finds, which a busy machine may
   * hold up: sign-ins look up names like that, and many at a time keep a machine busy.
   */
  tookLong(job: ReadJob): void {
    const key = keyOf(job);
    const cost = this.#verdicts.get(key)?.cost ?? Infinity;
    if (cost > FEW_ROWS) this.#note(key, { cost, way: { to: 'process' } });
  }

  #judge({ query, job: { page, count }, trial }: LaneRead): Pick<Verdict, 'cost' | 'way'> {
    const tables = tablesOf(query);
    const rowsOf = (name: string): number | undefined => this.#sizes.rows(tables.get(name) ?? name);
    const planOf = (statement: Statement): Plan => new Plan(this.#connection, statement, rowsOf);
    const cost = Math.max(planOf(page).cost(), count ? planOf(count).cost() : 0);
    if (cost <= HANDFUL) return { cost, way: { to: 'here' } };
    if (cost <= MOST_ROWS) return { cost, way: { to: 'thread' } };
    const rows = trial ? planOf(trial.page()).rounds(TRIAL_ROWS, MOST_ROWS) : 0;
    const isPromising = trial && rows >= trial.fills;
    return { cost, way: isPromising ? { to: 'trial', rows } : { to: 'process' } };
  }

  #note(key: string, { cost, way }: Pick<Verdict, 'cost' | 'way'>): void {
    const [oldest] = this.#verdicts.keys();
    if (oldest !== undefined && this.#verdicts.size >= MOST_SHAPES) this.#verdicts.delete(oldest);
    const ms = way.to === 'here' ? HERE_MS : REMEMBERED_MS;
    this.#verdicts.set(key, { cost, way, until: this.#now() + ms });
  }
}

function keyOf({ page, count }: ReadJob): string {
  return count ? `${page.sql};${count.sql}` : page.sql;
}
