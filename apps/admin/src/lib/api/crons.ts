import { pb } from './client.ts';

export interface Cron {
  id: string;
  /** five fields in UTC, or a macro such as `@daily` */
  expression: string;
}

export const findCrons = (): Promise<Cron[]> => pb.send<Cron[]>('/api/crons', {});

/** Starts it in the background. */
export const runCron = (id: string): Promise<unknown> =>
  pb.send<unknown>(`/api/crons/${encodeURIComponent(id)}`, { method: 'POST' });
