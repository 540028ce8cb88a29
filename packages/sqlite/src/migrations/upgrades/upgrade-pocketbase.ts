import type { Database } from 'better-sqlite3';
import { SYSTEM_MIGRATIONS } from '../pocketbase.ts';
import { upgradeFrom022 } from './from-0.22.ts';
import { normalizeIndexes } from './normalize-indexes.ts';
import { refreshViews } from './refresh-views.ts';
import { addSentTo, closeHalfSignIns, refusePreviews, renewAlertMail } from './small-upgrades.ts';
import type { Upgrade, UpgradeOptions } from './upgrade.ts';

type SystemMigration = (typeof SYSTEM_MIGRATIONS)[number];

/** What each does; the tables that the first two make are there in any directory. */
const STEPS: Readonly<Record<SystemMigration, ((upgrade: Upgrade) => void) | undefined>> = {
  '1640988000_aux_init.go': undefined,
  '1640988000_init.go': undefined,
  '1717233556_v0.23_migrate.go': upgradeFrom022,
  '1717233557_v0.23_migrate2.go': closeHalfSignIns,
  '1717233558_v0.23_migrate3.go': refusePreviews,
  '1717233559_v0.23_migrate4.go': addSentTo,
  '1763020353_update_default_auth_alert_templates.go': renewAlertMail,
  '1778828400_normalize_indexes.go': normalizeIndexes,
};

/**
 * Runs PocketBase's own migrations that an older directory lacks, under their names; the transaction is the caller's.
 * Answers what it ran. Errors: `unsupported` (older than 0.22), `invalid` (settings that cannot be decrypted).
 */
export function upgradePocketbase(
  db: Database,
  { now, ...options }: UpgradeOptions & { now: Date },
): SystemMigration[] {
  db.exec(
    'CREATE TABLE IF NOT EXISTS `_migrations` (file VARCHAR(255) PRIMARY KEY NOT NULL, applied INTEGER NOT NULL)',
  );
  const applied = new Set(db.prepare<[], string>('SELECT file FROM _migrations').pluck().all());
  const missing = SYSTEM_MIGRATIONS.filter((name) => !applied.has(name));
  const insert = db.prepare('INSERT INTO _migrations (file, applied) VALUES (?, ?)');
  const stamp = now.toISOString().replace('T', ' ');
  for (const [index, name] of missing.entries()) {
    STEPS[name]?.({ db, stamp, ...options });
    insert.run(name, BigInt(now.getTime()) * 1000n + BigInt(index));
  }
  if (missing.length > 0) refreshViews({ db, stamp, ...options });
  return missing;
}
