import type { Database } from 'better-sqlite3';
import { migrateDavit } from './davit.ts';
import { enablePlatform, isPlatformEnabled } from './enable-platform.ts';
import { createMainTables, hasTable } from './pocketbase.ts';
import type { UpgradeOptions } from './upgrades/upgrade.ts';
import { upgradePocketbase } from './upgrades/upgrade-pocketbase.ts';

export type PlatformMode = 'new-directory' | 'enable' | 'off';

export interface Prepared {
  /** who made the directory */
  origin: 'davit' | 'pocketbase';
  /** the platform's collections are there */
  platform: boolean;
  /** what PocketBase's own migrations did to an older directory: their names */
  upgrades: readonly string[];
}

export interface PrepareOptions extends UpgradeOptions {
  platform: PlatformMode;
  now: Date;
}

/**
 * Makes data.db ready in one transaction: an empty one gets PocketBase's tables, an older one what came since, all get
 * Davit's own. Errors: `unsupported` for a directory older than PocketBase 0.22, `invalid` where its settings cannot
 * be decrypted.
 */
export function prepareDatabase(db: Database, options: PrepareOptions): Prepared {
  const { platform: mode, now } = options;
  return db
    .transaction((): Prepared => {
      const isNew = !hasTable(db, '_collections');
      if (isNew) createMainTables(db, now);
      const upgrades = isNew ? [] : upgradePocketbase(db, options);
      migrateDavit(db, now);
      const isWanted = mode === 'enable' || (mode === 'new-directory' && isNew);
      if (isWanted || (mode !== 'off' && isPlatformEnabled(db))) {
        enablePlatform(db, { now, isNew });
      }
      return { origin: recordOrigin(db, isNew), platform: isPlatformEnabled(db), upgrades };
    })
    .immediate();
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
