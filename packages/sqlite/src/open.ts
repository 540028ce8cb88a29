import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from 'better-sqlite3';
import { openReader, openWriter, READER_PRAGMAS } from './connection.ts';
import { SqliteDatabase } from './database.ts';
import { ensureWritable } from './ensure-writable.ts';
import { translating } from './error.ts';
import type { PlatformMode } from './migrations/prepare.ts';
import { prepareDatabase } from './migrations/prepare.ts';
import { rewriteQuotedText } from './migrations/text-literals.ts';
import { createAuxiliaryTables } from './migrations/pocketbase.ts';
import type { UpgradeOptions } from './migrations/upgrades/upgrade.ts';
import type { ReadJob } from './readers/read-job.ts';
import { ReadLanes } from './readers/read-lanes.ts';
import { ReaderPool } from './readers/reader-pool.ts';
import { SlowLane } from './readers/slow-lane.ts';

const QUERY_TIMEOUT_MS = 30_000;

export interface OpenOptions {
  /** PocketBase's `pb_data`; made where it is missing */
  directory: string;
  /** threads for reads, started when first needed; 0 reads on the calling thread. Slow reads get processes */
  readers: number;
  /** `full` also survives a power cut; default `normal`, as PocketBase */
  synchronous?: 'normal' | 'full';
  /** when the platform's collections are created; default `new-directory` */
  platform?: PlatformMode;
  /** the reader's script where the program is bundled; default: the source */
  readerUrl?: URL;
  /** longest a read may take, then it fails with `timeout` and its process is killed; default 30 s */
  queryTimeoutMs?: number;
  /** the same for the console's script */
  consoleUrl?: URL;
  /** longest a query of the console may take; default 3 min */
  consoleTimeoutMs?: number;
  /** what it takes to bring a directory of an older PocketBase up to date */
  upgrade?: UpgradeOptions;
  now?: () => Date;
}

/**
 * Opens a directory, making or migrating what is needed. Close it when done.
 * Errors: `unsupported` (older than PocketBase 0.22), `invalid` (older, with settings that cannot be decrypted),
 * `unavailable` (locked, or a folder of somebody else).
 */
export async function openDatabase(options: OpenOptions): Promise<SqliteDatabase> {
  const { directory, synchronous = 'normal', platform = 'new-directory' } = options;
  ensureWritable(directory, ['data.db', 'auxiliary.db']);
  openAuxiliary(join(directory, 'auxiliary.db'), synchronous);
  const file = join(directory, 'data.db');
  await rewriteQuotedText(file);
  const writer = openWriter(file, { synchronous });
  try {
    const now = options.now ?? ((): Date => new Date());
    const prepared = translating(() =>
      prepareDatabase(writer, { ...options.upgrade, platform, now: now() }),
    );
    if (prepared.upgrades.length > 0) removeOldLogs(directory);
    writer.pragma('busy_timeout = 0');
    const reader = openReader(file);
    return new SqliteDatabase({
      writer,
      reader,
      lanes: openLanes(reader, file, options),
      console: {
        file,
        script: options.consoleUrl ?? new URL('./console/console-process.ts', import.meta.url),
        timeoutMs: options.consoleTimeoutMs ?? 180_000,
        sampleTimeoutMs: options.queryTimeoutMs ?? QUERY_TIMEOUT_MS,
      },
      prepared,
      now,
    });
  } catch (error) {
    writer.close();
    throw error;
  }
}

/** 0.22 had its logs there; there is no way to take them over. */
function removeOldLogs(directory: string): void {
  for (const end of ['', '-wal', '-shm']) rmSync(join(directory, `logs.db${end}`), { force: true });
}

function openLanes(connection: Database, file: string, options: OpenOptions): ReadLanes {
  const { readers: size, queryTimeoutMs: timeoutMs = QUERY_TIMEOUT_MS } = options;
  const script = options.readerUrl ?? new URL('./readers/reader.ts', import.meta.url);
  const common = { script, data: { file, pragmas: [...READER_PRAGMAS] }, timeoutMs };
  const fast = size > 0 ? new ReaderPool({ ...common, size, onSlow }) : undefined;
  const slow = new SlowLane({ ...common, size: Math.max(2, size) });
  const lanes = new ReadLanes({ connection, fast, slow });
  function onSlow(job: ReadJob): void {
    lanes.remember(job);
  }
  return lanes;
}

function openAuxiliary(file: string, synchronous: 'normal' | 'full'): void {
  const db = openWriter(file, { synchronous });
  try {
    translating(() => createAuxiliaryTables(db));
  } finally {
    db.close();
  }
}
