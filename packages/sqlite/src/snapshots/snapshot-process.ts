// Entry of a snapshot process: large copies and checks, which would hold up the server's own threads.
import { closeSync, existsSync, fdatasyncSync, openSync } from 'node:fs';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import type { Database } from 'better-sqlite3';
import type { SnapshotAnswer, SnapshotJob } from './snapshot-message.ts';

const FILES = ['data.db', 'auxiliary.db'];
const BUSY_MS = 10_000;
/** in the queue for the processors: who serves comes first */
const BEHIND = 10;
/** A step's pages reach the disk before the next: otherwise a sync of the server's would wait for all of them. */
const STEP_PAGES = 4096;
/** Each page is read once: what is kept of them is memory for nothing. In KiB. */
const CACHE = 'cache_size = -512';

process.once('message', (job: SnapshotJob) => {
  void answer(job).then((result) => process.send?.(result, () => process.disconnect()));
});

async function answer(job: SnapshotJob): Promise<SnapshotAnswer> {
  try {
    setPriority(BEHIND);
    if (job.kind === 'verify') return verify(job.folder);
    for (const name of FILES) await copy(join(job.directory, name), join(job.folder, name));
    return {};
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

/** In one read transaction: writers neither wait for it nor make it begin again. */
async function copy(from: string, to: string): Promise<void> {
  const source = new Sqlite(from, { readonly: true, timeout: BUSY_MS });
  const target = openSync(to, 'wx');
  try {
    source.pragma(CACHE);
    source.exec('BEGIN');
    source.prepare('SELECT 1 FROM sqlite_schema').get();
    const progress = (): number => {
      fdatasyncSync(target);
      return STEP_PAGES;
    };
    await source.backup(to, { progress });
  } finally {
    closeSync(target);
    source.close();
  }
}

function verify(folder: string): SnapshotAnswer {
  for (const name of FILES) {
    const file = join(folder, name);
    if (!existsSync(file)) {
      if (name === 'auxiliary.db') continue; // logs only; made anew
      return { problem: `${name} is missing` };
    }
    const db = new Sqlite(file, { fileMustExist: true, timeout: BUSY_MS });
    try {
      db.pragma(CACHE);
      const problem = problemOf(db, name);
      if (problem !== undefined) return { problem: `${name}: ${problem}` };
    } finally {
      db.close();
    }
  }
  return {};
}

function problemOf(db: Database, name: string): string | undefined {
  const [first] = db.pragma('integrity_check(1)') as { integrity_check: string }[];
  if (first?.integrity_check !== 'ok') return first?.integrity_check ?? 'it cannot be checked';
  const table = name === 'data.db' ? '_collections' : '_logs';
  const known = db.prepare('SELECT 1 FROM sqlite_schema WHERE name = ?').get(table);
  return known === undefined ? `the table ${table} is missing` : undefined;
}
