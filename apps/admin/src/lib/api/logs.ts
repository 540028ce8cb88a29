import type { LogCount, LogEntry } from '@davit/domain';
import { pb } from './client.ts';

export const PER_LOAD = 50;

/** Newest first. */
export async function findLogs(filter: string, perPage = PER_LOAD): Promise<LogEntry[]> {
  const query = { perPage, skipTotal: 1, sort: '-@rowid', filter };
  return (await pb.send<{ items: LogEntry[] }>('/api/logs', { query })).items;
}

export const getLog = (id: string): Promise<LogEntry> =>
  pb.send<LogEntry>(`/api/logs/${encodeURIComponent(id)}`, {});

/** How many there are in each hour that has some. */
export const countLogs = (filter: string): Promise<LogCount[]> =>
  pb.send<LogCount[]>('/api/logs/stats', { query: { filter } });

export const clearLogs = (): Promise<unknown> =>
  pb.send<unknown>('/api/logs', { method: 'DELETE' });
