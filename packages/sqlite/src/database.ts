import type {
  Collection,
  CollectionStore,
  ConsoleResult,
  PageRequest,
  PlatformStore,
  Query,
  QueryConsole,
  RecordStore,
  Row,
  RowPage,
  SealedSecret,
  Tombstone,
  WriteTx,
} from '@davit/domain';
import type { Database } from 'better-sqlite3';
import { Collections } from './collections.ts';
import { ProcessConsole } from './console/query-console.ts';
import type { ConsoleOptions } from './console/query-console.ts';
import { isSqliteError, toDatabaseError, translating } from './error.ts';
import { enablePlatform } from './migrations/enable-platform.ts';
import type { Prepared } from './migrations/prepare.ts';
import { Params } from './params.ts';
import { PlatformTables } from './platform-tables.ts';
import type { ReadLanes } from './readers/read-lanes.ts';
import { RecordsTx } from './records-tx.ts';
import { isQuickRead } from './select/quick-read.ts';
import { compileGuarded, compileQuery } from './select/select.ts';
import { Writer } from './writer.ts';

export interface DatabaseParts {
  writer: Database;
  reader: Database;
  lanes: ReadLanes;
  console: Omit<ConsoleOptions, 'exclusively'>;
  prepared: Prepared;
  now: () => Date;
}

export interface DatabaseStats {
  /** operations, and the transactions they shared, since the start */
  writes: number;
  commits: number;
  writeQueue: number;
  /** threads and processes that run */
  readers: number;
  readersBusy: number;
  readQueue: number;
}

/** An open directory: all three stores. Made by `openDatabase`. */
export class SqliteDatabase
  implements RecordStore, CollectionStore, PlatformStore, QueryConsole, AsyncDisposable
{
  /** who made the directory; decides which password hashes are safe to write */
  readonly origin: Prepared['origin'];
  /** PocketBase's migrations that opening has run on an older directory */
  readonly upgrades: Prepared['upgrades'];
  readonly #parts: DatabaseParts;
  readonly #writer: Writer;
  readonly #console: ProcessConsole;
  #platform: boolean;

  constructor(parts: DatabaseParts) {
    this.#parts = parts;
    this.origin = parts.prepared.origin;
    this.upgrades = parts.prepared.upgrades;
    this.#platform = parts.prepared.platform;
    this.#writer = new Writer({ connection: parts.writer, tx: new RecordsTx(parts.writer) });
    this.#console = new ProcessConsole({
      ...parts.console,
      exclusively: (work) => this.#writer.exclusively(work),
    });
  }

  /** Whether the platform's collections are there. */
  get platform(): boolean {
    return this.#platform;
  }

  async find(query: Query, page: PageRequest, signal?: AbortSignal): Promise<RowPage> {
    signal?.throwIfAborted();
    const job = compileQuery(query, page);
    const { lanes } = this.#parts;
    try {
      if (isQuickRead(query, page)) return lanes.runHere(job);
      const fills = page.offset + page.limit;
      const trial = { fills, page: () => compileGuarded(query, page) };
      return await lanes.run({ query, job, ...(!page.count && { trial }) }, signal);
    } catch (error) {
      throw signal?.aborted === true ? error : toDatabaseError(error);
    }
  }

  write<T>(operation: (tx: WriteTx) => T): Promise<T> {
    return this.#writer.write(operation).catch(rethrow);
  }

  transaction<T>(run: (tx: WriteTx) => Promise<T>): Promise<T> {
    return this.#writer.transaction(run).catch(rethrow);
  }

  loadCollections(): Promise<Collection[]> {
    return this.#read((reader) => new Collections(reader).load());
  }

  getParam(key: string): Promise<unknown> {
    return this.#read((reader) => new Params(reader).get(key));
  }

  setParam(key: string, value: unknown, also?: (tx: WriteTx) => void): Promise<void> {
    return this.setParamText(key, JSON.stringify(value), also);
  }

  async setParamText(key: string, text: string, also?: (tx: WriteTx) => void): Promise<void> {
    await this.write((tx) => {
      new Params(this.#parts.writer).setText(key, text);
      also?.(tx);
    });
  }

  /** Another number as soon as another connection, of this process or another, has written. */
  version(): number {
    return this.#parts.writer.pragma('data_version', { simple: true }) as number;
  }

  runQuery(query: string): Promise<ConsoleResult> {
    return this.#console.runQuery(query);
  }

  sampleView(query: string, limit: number): Promise<Row[]> {
    return this.#console.sampleView(query, limit);
  }

  /** How busy it is. */
  stats(): DatabaseStats {
    const { queue, writes, commits } = this.#writer.stats();
    const { threads, busy, queue: reads } = this.#parts.lanes.stats();
    const readers = { readers: threads, readersBusy: busy, readQueue: reads };
    return { writes, commits, writeQueue: queue, ...readers };
  }

  /** Empties the WAL and refreshes the planner's statistics. */
  async optimize(): Promise<void> {
    await this.#writer.exclusively(() => {
      this.#parts.writer.exec('PRAGMA wal_checkpoint(TRUNCATE); PRAGMA optimize');
      return Promise.resolve();
    });
  }

  /** Creates the platform's collections in a directory that lacks them. Reload collections afterwards. */
  async enablePlatform(): Promise<void> {
    const now = this.#parts.now();
    await this.write(() => enablePlatform(this.#parts.writer, { now, isNew: false }));
    this.#platform = true;
  }

  installationId(): Promise<string> {
    return this.write(() => new PlatformTables(this.#parts.writer).installationId());
  }

  secrets(rolloutId: string): Promise<SealedSecret[]> {
    return this.#read((reader) => new PlatformTables(reader).secrets(rolloutId));
  }

  tombstones(): Promise<Tombstone[]> {
    return this.#read((reader) => new PlatformTables(reader).tombstones());
  }

  tombstone(projectId: string, deploymentId?: string): Promise<Tombstone | undefined> {
    return this.#read((reader) => new PlatformTables(reader).tombstone(projectId, deploymentId));
  }

  /** Finishes what is queued, then closes all connections. */
  async close(): Promise<void> {
    this.#console.close();
    await this.#writer.close();
    await this.#parts.lanes.close();
    this.#parts.reader.close();
    this.#parts.writer.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #read<T>(work: (reader: Database) => T): Promise<T> {
    return new Promise((resolve) => resolve(translating(() => work(this.#parts.reader))));
  }
}

/** What an operation threw by itself stays what it is. */
function rethrow(error: unknown): never {
  throw isSqliteError(error) ? toDatabaseError(error) : error;
}
