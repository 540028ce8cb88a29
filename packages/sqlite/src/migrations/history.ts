import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { toDatabaseError } from '../error.ts';

const BUSY_MS = 10_000;

/** Files of PocketBase's migrations that have run on a directory, oldest first. */
export function readMigrations(directory: string): string[] {
  return inDatabase(directory, (db) =>
    db.prepare<[], string>('SELECT file FROM _migrations ORDER BY applied, file').pluck().all(),
  );
}

/** As if they had never run. */
export function forgetMigrations(directory: string, files: readonly string[]): void {
  inDatabase(directory, (db) => {
    const forget = db.prepare('DELETE FROM _migrations WHERE file = ?');
    db.transaction(() => files.forEach((file) => forget.run(file))).immediate();
  });
}

function inDatabase<T>(directory: string, work: (db: Sqlite.Database) => T): T {
  const file = join(directory, 'data.db');
  const db = new Sqlite(file, { fileMustExist: true, timeout: BUSY_MS });
  try {
    return work(db);
  } catch (error) {
    throw toDatabaseError(error);
  } finally {
    db.close();
  }
}
