import type { Database } from 'better-sqlite3';
import { PLATFORM_TABLES } from '../platform-tables.ts';
import { KEY_AND_AUDIT_TABLES } from './own-tables.ts';

interface Migration {
  name: string;
  up: (db: Database) => void;
}

/** In order; one that has run anywhere is never changed again. */
const MIGRATIONS: readonly Migration[] = [
  { name: '0001_platform_tables', up: (db) => db.exec(PLATFORM_TABLES) },
  { name: '0002_keys_and_audit', up: (db) => db.exec(KEY_AND_AUDIT_TABLES) },
];

/**
 * Brings Davit's own tables up to date; the transaction is the caller's. They are recorded apart from PocketBase's
 * migrations, whose `history-sync` drops names it does not know.
 */
export function migrateDavit(db: Database, now: Date): void {
  db.exec(
    'CREATE TABLE IF NOT EXISTS _davit_migrations (name TEXT PRIMARY KEY NOT NULL, applied INTEGER NOT NULL)',
  );
  const known = new Set(db.prepare<[], string>('SELECT name FROM _davit_migrations').pluck().all());
  for (const { name, up } of MIGRATIONS) {
    if (known.has(name)) continue;
    up(db);
    db.prepare('INSERT INTO _davit_migrations (name, applied) VALUES (?, ?)').run(
      name,
      now.getTime(),
    );
  }
}
