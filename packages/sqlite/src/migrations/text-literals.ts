import { existsSync } from 'node:fs';
import type { Database } from 'better-sqlite3';
import Sqlite from 'better-sqlite3';

const PROBE = 'CREATE TABLE _davit_probe (a); ALTER TABLE _davit_probe RENAME COLUMN a TO b;';

/**
 * Text in double quotes keeps columns from being renamed. A SQLite that still reads such text rewrites it to single
 * quotes while it renames one. No other connection of this process may be open meanwhile: the two libraries would
 * take each other's file locks away.
 */
export async function rewriteQuotedText(file: string): Promise<void> {
  if (!existsSync(file) || !hasQuotedText(file)) return;
  const { DatabaseSync } = await import('node:sqlite');
  const db = new DatabaseSync(file, { enableDoubleQuotedStringLiterals: true });
  try {
    const rename = `BEGIN IMMEDIATE; ${PROBE} DROP TABLE _davit_probe; COMMIT`;
    db.exec(`PRAGMA busy_timeout = 10000; ${rename}`);
  } finally {
    db.close();
  }
}

function hasQuotedText(file: string): boolean {
  const db = new Sqlite(file, { timeout: 10_000 });
  try {
    const suspicious = db.prepare(
      `SELECT 1 FROM sqlite_schema WHERE type IN ('view', 'index') AND sql LIKE '%"%' LIMIT 1`,
    );
    return suspicious.get() !== undefined && !canRename(db);
  } finally {
    db.close();
  }
}

function canRename(db: Database): boolean {
  db.exec('BEGIN IMMEDIATE');
  try {
    db.exec(PROBE);
    return true;
  } catch {
    return false;
  } finally {
    db.exec('ROLLBACK');
  }
}
