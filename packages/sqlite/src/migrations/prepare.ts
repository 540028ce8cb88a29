import type { Database } from 'better-sqlite3';
import { AppError } from '@davit/domain';
import { migrateDavit } from './davit.ts';
import { enablePlatform, isPlatformEnabled } from './enable-platform.ts';
import { createMainTables, hasTable } from './pocketbase.ts';

export type PlatformMode = 'new-directory' | 'enable' | 'off';

export interface Prepared {
  /** who made the directory */
  origin: 'davit' | 'pocketbase';
  /** the platform's collections are there */
  platform: boolean;
}

/**
 * Makes data.db ready in one transaction: an empty one gets PocketBase's tables, all get Davit's own.
 * Throws `unsupported` for a directory older than PocketBase 0.23.
 */
export function prepareDatabase(db: Database, mode: PlatformMode, now: Date): Prepared {
  return db
    .transaction((): Prepared => {
      const isNew = !hasTable(db, '_collections');
      if (isNew) createMainTables(db, now);
      else refuseOld(db);
      migrateDavit(db, now);
      const isWanted = mode === 'enable' || (mode === 'new-directory' && isNew);
      if (isWanted || (mode !== 'off' && isPlatformEnabled(db))) {
        enablePlatform(db, { now, isNew });
      }
      return { origin: recordOrigin(db, isNew), platform: isPlatformEnabled(db) };
    })
    .immediate();
}

function refuseOld(db: Database): void {
  const hasFields = db.prepare(
    `SELECT 1 FROM pragma_table_info('_collections') WHERE name = 'fields'`,
  );
  if (hasFields.get() !== undefined) return;
  throw new AppError(
    'unsupported',
    'This directory was made by a PocketBase older than 0.23. Start it once with PocketBase 0.23 or newer.',
  );
}

function recordOrigin(db: Database, isNew: boolean): Prepared['origin'] {
  const origin = isNew ? 'davit' : 'pocketbase';
  db.prepare(`INSERT OR IGNORE INTO _davit_params (key, value) VALUES ('origin', ?)`).run(origin);
  return (
    db
      .prepare<[], Prepared['origin']>(`SELECT value FROM _davit_params WHERE key = 'origin'`)
      .pluck()
      .get() ?? origin
  );
}
