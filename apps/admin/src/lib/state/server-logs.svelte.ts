import type { LogEntry } from '@davit/domain';
import { pb } from '#lib/api/client.ts';
import { countLogs, findLogs, PER_LOAD } from '#lib/api/logs.ts';
import { toProblem, type Problem } from '#lib/api/problem.ts';
import type { LogCounts } from '#lib/server-logs/bars.ts';
import { filterOf, timedFilterOf, type LogQuery } from '#lib/server-logs/log-query.ts';

const quote = (expression: string, values: Record<string, unknown>): string =>
  pb.filter(expression, values);
type Busy = 'loading' | 'refreshing' | 'growing';
const ERRORS = 'level >= 8';

/** Those that are not known yet. */
const without = (entries: LogEntry[], known: LogEntry[]): LogEntry[] =>
  entries.filter(({ id }) => !known.some((entry) => entry.id === id));

/** The server's log as a page shows it: newest first, longer on demand. */
export class ServerLogs {
  entries: LogEntry[] | undefined = $state.raw();
  /** of all that match, whenever they were */
  counts: LogCounts | undefined = $state.raw();
  total: number | undefined = $derived(this.counts?.all.reduce((sum, { total }) => sum + total, 0));
  problem: Problem | undefined = $state.raw();
  /** there may be older ones */
  more: boolean = $state(false);
  busy: Busy | undefined = $state();
  #query: LogQuery | undefined;
  #run = 0;

  /** Begins anew; what was shown stays until the answer comes. */
  async load(query: LogQuery): Promise<void> {
    this.#query = query;
    await this.#read('loading', async () => {
      const [entries, counts] = await Promise.all([this.#newest(query), this.#count(query)]);
      return () => {
        this.#show(entries);
        this.counts = counts;
      };
    });
  }

  /** Puts what is new on top. */
  async refresh(): Promise<void> {
    const query = this.#query;
    if (query === undefined || this.busy !== undefined) return;
    await this.#read('refreshing', async () => {
      const [newest, counts] = await Promise.all([this.#newest(query), this.#count(query)]);
      return () => {
        const fresh = without(newest, this.entries ?? []);
        // more came than one answer holds: what is between is not known
        if (fresh.length === newest.length) this.#show(newest);
        else if (fresh.length > 0) this.entries = [...fresh, ...(this.entries ?? [])];
        this.counts = counts;
      };
    });
  }

  /** Adds older ones at the end. */
  async grow(): Promise<void> {
    const query = this.#query;
    const shown = this.entries ?? [];
    const last = shown.at(-1);
    if (query === undefined || last === undefined || this.busy !== undefined) return;
    await this.#read('growing', async () => {
      // by time, so that newer ones do not push known ones to the next page; those of the same time come again
      const again = shown.filter(({ created }) => created === last.created).length;
      const wanted = PER_LOAD + again;
      const found = await findLogs(timedFilterOf(query, quote, last.created), wanted);
      return () => {
        this.entries = [...shown, ...without(found, shown)];
        this.more = found.length === wanted;
      };
    });
  }

  #newest(query: LogQuery): Promise<LogEntry[]> {
    return findLogs(timedFilterOf(query, quote));
  }

  async #count(query: LogQuery): Promise<LogCounts> {
    const filter = filterOf(query, quote);
    const failed = filter === '' ? ERRORS : `${filter} && ${ERRORS}`;
    const [all, errors] = await Promise.all([countLogs(filter), countLogs(failed)]);
    return { all, errors };
  }

  #show(entries: LogEntry[]): void {
    this.entries = entries;
    this.more = entries.length === PER_LOAD;
  }

  async #read(busy: Busy, work: () => Promise<() => void>): Promise<void> {
    const run = ++this.#run;
    this.busy = busy;
    try {
      const show = await work();
      if (run !== this.#run) return;
      show();
      this.problem = undefined;
    } catch (error) {
      if (run === this.#run) this.problem = toProblem(error);
    }
    if (run === this.#run) this.busy = undefined;
  }
}
