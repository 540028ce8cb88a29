import type { JsonObject } from './json.ts';
import type { PageRequest, RowPage } from './record-store.ts';
import type { Query } from './query.ts';

export interface LogEntry {
  id: string;
  /** `2026-01-31 10:20:30.123Z` */
  created: string;
  /** -4 debug, 0 info, 4 warn, 8 error */
  level: number;
  message: string;
  data: JsonObject;
}

export interface LogCount {
  /** the hour's beginning */
  date: string;
  total: number;
}

/** What happened, apart from the data itself. Errors: `unavailable`, `invalid` (a query that cannot be run). */
export interface LogStore {
  insert(entries: readonly LogEntry[]): Promise<void>;
  find(query: Query, page: PageRequest): Promise<RowPage>;
  /** How many of them there are in each hour, oldest first. */
  countByHour(query: Query): Promise<LogCount[]>;
  /** Up to and including `date`. */
  deleteBefore(date: string): Promise<void>;
  /** All of them, and frees the space. */
  deleteAll(): Promise<void>;
}

/** Keeps the files of the databases small and their statistics fresh. */
export interface Optimizable {
  optimize(): Promise<void>;
}
