import type { JsonObject, LogCount } from '@davit/domain';

export interface LogPage {
  items: JsonObject[];
  page: number;
  perPage: number;
  totalItems: number;
  totalPages: number;
}

export interface NewLogEntry {
  /** -4 debug, 0 info, 4 warn, 8 error */
  level: number;
  message: string;
  data: JsonObject;
}

/** The log that superusers read. Written in groups, a few seconds later: nobody waits for it. */
export interface Logs {
  /** Kept when the settings say so. Never throws. */
  add(entry: NewLogEntry): void;
  /** By the standard list parameters; `id created level message data data.*` can be filtered. Errors: `invalid`. */
  page(parameters: Record<string, string>): Promise<LogPage>;
  /** Errors: `not_found`. */
  get(id: string): Promise<JsonObject>;
  /** How many in each hour. Errors: `invalid`. */
  stats(filter: string): Promise<LogCount[]>;
  /** Empties the log. */
  clear(): Promise<void>;
  /** Deletes what is older than the settings say. */
  cleanUp(): Promise<void>;
  /** Writes what waits. */
  flush(): Promise<void>;
}
