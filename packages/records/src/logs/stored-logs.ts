import { AppError } from '@davit/domain';
import type {
  Clock,
  Collection,
  Json,
  JsonObject,
  LogCount,
  LogEntry,
  Logger,
  LogStore,
  Query,
  Row,
} from '@davit/domain';
import { normalizeField } from '../collections/field-options.ts';
import { MemoryCatalog } from '../collections/memory-catalog.ts';
import { scaffold } from '../collections/scaffold.ts';
import { badRequest, notFound } from '../failure.ts';
import { randomText } from '../fields/random.ts';
import { buildQuery } from '../queries/build-query.ts';
import { checkPlainFilter, checkPlainSort } from '../own-tables/plain-filter.ts';
import { parseListParameters } from '../requests/list-parameters.ts';
import type { SettingsData } from '../settings/settings-data.ts';
import type { LogPage, Logs, NewLogEntry } from './logs.ts';
import { trimData, trimMessage } from './trim-entry.ts';

const COLUMN = /^(id|created|level|message|data|data\.[\w.:]*\w)$/;

/** `_logs` as if it were a collection: what it can be filtered and sorted by. */
const TABLE: Collection = {
  ...scaffold('base'),
  id: '_logs',
  name: '_logs',
  fields: [
    normalizeField({ type: 'text', name: 'id' }),
    normalizeField({ type: 'date', name: 'created' }),
    normalizeField({ type: 'number', name: 'level' }),
    normalizeField({ type: 'text', name: 'message' }),
    normalizeField({ type: 'json', name: 'data' }),
  ],
};

const GROUP = 200;
const FLUSH_MS = 3000;
/** When the disk cannot keep up, the newest are dropped rather than memory filled. */
const MOST_WAITING = 20_000;
const DAY_MS = 86_400_000;

export interface StoredLogsOptions {
  store: LogStore;
  settings: () => SettingsData['logs'];
  clock: Clock;
  logger: Logger;
}

export class StoredLogs implements Logs {
  readonly #options: StoredLogsOptions;
  readonly #catalog = new MemoryCatalog();
  #waiting: LogEntry[] = [];
  #cancelTimer: (() => void) | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(options: StoredLogsOptions) {
    this.#options = options;
  }

  add({ level, message, data }: NewLogEntry): void {
    const { maxDays, minLevel, maxDataSize } = this.#options.settings();
    if (maxDays === 0 || level < minLevel || this.#waiting.length >= MOST_WAITING) return;
    this.#waiting.push({
      id: randomText(15),
      created: this.#date(0),
      level,
      message: trimMessage(message),
      data: trimData(data, maxDataSize),
    });
    if (this.#waiting.length === GROUP) void this.flush();
    else this.#cancelTimer ??= this.#options.clock.after(FLUSH_MS, () => void this.flush());
  }

  async page(parameters: Record<string, string>): Promise<LogPage> {
    const request = { context: 'default', method: 'GET', headers: {}, body: {}, ip: '' } as const;
    try {
      const { page, perPage, skipTotal, filter, sort } = parseListParameters({
        ...request,
        query: parameters,
      });
      const query = this.#query(filter, sort);
      const offset = (page - 1) * perPage;
      const found = await this.#options.store.find(query, {
        offset,
        limit: perPage,
        count: !skipTotal,
      });
      const totalPages = found.total < 0 ? -1 : Math.ceil(found.total / perPage);
      const items = found.rows.map(toJson);
      return { items, page, perPage, totalItems: found.total, totalPages };
    } catch (error) {
      throw badRequest(error);
    }
  }

  async get(id: string): Promise<JsonObject> {
    const query = buildQuery(this.#core(), { collection: TABLE, ids: [id] });
    const { rows } = await this.#options.store.find(query, { offset: 0, limit: 1, count: false });
    if (!rows[0]) throw notFound();
    return toJson(rows[0]);
  }

  async stats(filter: string): Promise<LogCount[]> {
    try {
      return await this.#options.store.countByHour(this.#query(filter.trim(), ''));
    } catch (error) {
      throw new AppError('invalid', 'Invalid filter format.', { cause: error });
    }
  }

  async clear(): Promise<void> {
    this.#waiting = [];
    await this.#writing;
    await this.#options.store.deleteAll();
  }

  async cleanUp(): Promise<void> {
    const { maxDays } = this.#options.settings();
    await this.#options.store.deleteBefore(this.#date(maxDays * DAY_MS));
  }

  flush(): Promise<void> {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    const entries = this.#waiting;
    if (entries.length === 0) return this.#writing;
    this.#waiting = [];
    this.#writing = this.#writing.then(async () => {
      try {
        await this.#options.store.insert(entries);
      } catch (error) {
        const { logger } = this.#options;
        logger.log('warn', 'log entries are lost', { count: entries.length, error });
      }
    });
    return this.#writing;
  }

  #query(filter: string, sort: string): Query {
    checkPlainFilter(filter, COLUMN);
    checkPlainSort(sort, COLUMN);
    return buildQuery(this.#core(), { collection: TABLE, trusted: true, filter, sort });
  }

  #core(): { catalog: MemoryCatalog; clock: Clock } {
    return { catalog: this.#catalog, clock: this.#options.clock };
  }

  #date(ageMs: number): string {
    return new Date(this.#options.clock.now() - ageMs).toISOString().replace('T', ' ');
  }
}

function toJson({ id, created, level, message, data }: Row): JsonObject {
  return {
    id: String(id),
    created: String(created),
    data: parse(String(data ?? '{}')),
    message: String(message),
    level: Number(level),
  };
}

function parse(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return {};
  }
}
