import Sqlite from 'better-sqlite3';
import type { Database } from 'better-sqlite3';

/** How long opening waits for another process; afterwards nobody waits inside SQLite. */
const OPEN_WAIT_MS = 10_000;

/** For every connection. */
export const READER_PRAGMAS: readonly string[] = ['temp_store = MEMORY', 'cache_size = -32000'];

export interface WriterPragmas {
  /** `normal` survives a process crash, `full` a power cut too */
  synchronous: 'normal' | 'full';
}

/** The connection that writes, in WAL mode. */
export function openWriter(file: string, { synchronous }: WriterPragmas): Database {
  const db = new Sqlite(file, { timeout: OPEN_WAIT_MS });
  const own = [
    'journal_mode = WAL',
    'journal_size_limit = 200000000',
    `synchronous = ${synchronous.toUpperCase()}`,
    'foreign_keys = ON',
  ];
  for (const pragma of [...own, ...READER_PRAGMAS]) db.pragma(pragma);
  return db;
}

/** A connection that only reads; the database must exist. */
export function openReader(file: string): Database {
  const db = new Sqlite(file, { readonly: true });
  for (const pragma of READER_PRAGMAS) db.pragma(pragma);
  return db;
}
