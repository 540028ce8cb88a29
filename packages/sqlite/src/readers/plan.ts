import type { Database } from 'better-sqlite3';
import type { Statement } from './statement-cache.ts';

const LOOP = /^(?:SCAN|SEARCH) (\S+)/;
/** A loop over what several indexes find, which are the steps below it. */
const EITHER = 'MULTI-INDEX OR';

interface Step {
  id: number;
  parent: number;
  detail: string;
}

/** how many rows a table has, about; undefined: it is none */
type RowsOf = (name: string) => number | undefined;

/** Rows of what is made on the way: a view, a sub-query; and at least of what a list or a recursion makes. */
const UNKNOWN_ROWS = 1000;

/** What a plan does not tell. */
interface Guess {
  /** in a multi-value column */
  entries: number;
  /** found by an index in a table of so many */
  found: (rows: number) => number;
}

const LIKELY: Guess = { entries: 4, found: (rows) => Math.max(Math.min(rows, 10), rows / 50) };
const WORST: Guess = { entries: UNKNOWN_ROWS, found: (rows) => rows };

/** What SQLite means to do for one statement. */
export class Plan {
  readonly #steps: readonly Step[];
  readonly #rowsOf: RowsOf;

  constructor(connection: Database, statement: Statement, rowsOf: RowsOf) {
    const { sql, parameters } = statement;
    this.#steps = connection.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...parameters) as Step[];
    this.#rowsOf = rowsOf;
  }

  /**
   * How many rows it may look at: loops within loops, each over a whole table or over what an index finds. Rough, and
   * rather too high.
   */
  cost(): number {
    const cost = this.#below(0, { guess: LIKELY });
    return this.#has(/VIRTUAL TABLE|RECURSIVE/) ? Math.max(cost, UNKNOWN_ROWS) : cost;
  }

  /**
   * How often the outermost loop goes round while `most` rows are looked at. None where the first answer takes all of
   * them, or where one round may look at more than `worst`.
   */
  rounds(most: number, worst: number): number {
    const first = this.#steps.find(({ parent }) => parent === 0);
    if (!first || !LOOP.test(first.detail)) return 0;
    if (this.#has(/TEMP B-TREE FOR ORDER BY|MATERIALIZE|CO-ROUTINE|RECURSIVE/)) return 0;
    const cost = (rounds: number): number => this.#below(0, { guess: LIKELY, rounds });
    if (cost(1) > most || this.#below(0, { guess: WORST, rounds: 1 }) > worst) return 0;
    return Math.floor((most - cost(1)) / Math.max(1, cost(2) - cost(1))) + 1;
  }

  #has(what: RegExp): boolean {
    return this.#steps.some(({ detail }) => what.test(detail));
  }

  #below(parent: number, { guess, rounds = Infinity }: { guess: Guess; rounds?: number }): number {
    let [loops, cost, most] = [1, 0, rounds];
    const inner: Step[] = [];
    for (const step of this.#steps.filter((candidate) => candidate.parent === parent)) {
      if (!LOOP.test(step.detail) && step.detail !== EITHER) inner.push(step);
      else {
        loops *= Math.min(this.#visited(step, guess), most);
        most = Infinity; // only the outermost loop ends early
        cost += loops;
        if (step.detail.includes(' AUTOMATIC ')) cost += this.#rows(step);
      }
    }
    for (const { id, detail } of inner) {
      // what does not depend on the rows around it is worked out once
      const times = detail.startsWith('CORRELATED') ? loops : 1;
      cost += times * this.#below(id, { guess });
    }
    return cost;
  }

  /** Rows in each round of the loop around it. */
  #visited(step: Step, guess: Guess): number {
    const { id, detail } = step;
    if (detail === EITHER) return this.#below(id, { guess });
    if (detail.includes('VIRTUAL TABLE')) return guess.entries;
    const rows = this.#rows(step);
    if (detail.startsWith('SCAN')) return rows;
    if (/\((?:id|rowid)=\?\)/.test(detail)) return 1;
    return /[<>]\?/.test(detail) ? Math.max(1, rows / 2, guess.found(rows)) : guess.found(rows);
  }

  #rows({ detail }: Step): number {
    const [, name = ''] = LOOP.exec(detail) ?? [];
    return this.#rowsOf(name) ?? UNKNOWN_ROWS;
  }
}
