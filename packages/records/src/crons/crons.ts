import type { Clock, Logger } from '@davit/domain';
import { notFound } from '../failure.ts';
import { parseSchedule, type Schedule } from './schedule.ts';

const MINUTE_MS = 60_000;
const SYSTEM = '__pb';

export interface CronJob {
  id: string;
  /** five fields in UTC, or a macro */
  expression: string;
}

/** Jobs that run at given minutes of UTC. One that still runs is not started a second time. */
export interface Crons {
  /** Replaces the job of the same id. Throws RangeError for an expression that is none. */
  add(job: CronJob & { run: () => Promise<void> }): void;
  /** false: there was none */
  remove(id: string): boolean;
  /** By id; the system's own come last, in the order they were added. */
  list(): CronJob[];
  /** Starts it now, in the background. Errors: `not_found`. */
  start(id: string): void;
  /** No more starts; waits for those that run. */
  close(): Promise<void>;
}

interface Job extends CronJob {
  isDue: Schedule;
  run: () => Promise<void>;
}

export function createCrons({ clock, logger }: { clock: Clock; logger: Logger }): Crons {
  const jobs = new Map<string, Job>();
  const running = new Map<string, Promise<void>>();
  const begin = ({ id, run }: Job): void => {
    if (running.has(id)) return;
    const work = run()
      .catch((error: unknown) => logger.log('error', 'a cron job failed', { job: id, error }))
      .finally(() => running.delete(id));
    running.set(id, work);
  };
  const stop = everyMinute(clock, (time) => {
    for (const job of jobs.values()) if (job.isDue(time)) begin(job);
  });
  return {
    add({ id, expression, run }) {
      const isDue = parseSchedule(expression);
      if (!isDue) throw new RangeError(`not a cron expression: ${expression}`);
      jobs.set(id, { id, expression, isDue, run });
    },
    remove: (id) => jobs.delete(id),
    list() {
      const all = [...jobs.values()].map(({ id, expression }) => ({ id, expression }));
      const [system, own] = [all.filter(isSystem), all.filter((job) => !isSystem(job))];
      return [...own.sort((a, b) => (a.id < b.id ? -1 : 1)), ...system];
    },
    start(id) {
      const job = jobs.get(id);
      if (!job) throw notFound('Missing or invalid cron job');
      begin(job);
    },
    async close() {
      stop();
      await Promise.all(running.values());
    },
  };
}

function isSystem({ id }: CronJob): boolean {
  return id.startsWith(SYSTEM);
}

/** Just after each minute begins. */
function everyMinute(clock: Clock, tick: (time: Date) => void): () => void {
  let cancel = (): void => undefined;
  let last = Math.floor(clock.now() / MINUTE_MS);
  const arm = (): void => {
    cancel = clock.after(MINUTE_MS - (clock.now() % MINUTE_MS), () => {
      const minute = Math.floor(clock.now() / MINUTE_MS);
      // a timer may fire a moment early: the minute that began is told once
      if (minute > last) tick(new Date(minute * MINUTE_MS));
      last = Math.max(last, minute);
      arm();
    });
  };
  arm();
  return () => cancel();
}
