import type { Database } from 'better-sqlite3';
import { Collections } from '../collections.ts';
import { systemCollections } from './system-collections.ts';

/** What PocketBase 0.40 has run on a directory of its own; with these names there it runs nothing again. */
export const SYSTEM_MIGRATIONS = [
  '1640988000_aux_init.go',
  '1640988000_init.go',
  '1717233556_v0.23_migrate.go',
  '1717233557_v0.23_migrate2.go',
  '1717233558_v0.23_migrate3.go',
  '1717233559_v0.23_migrate4.go',
  '1763020353_update_default_auth_alert_templates.go',
  '1778828400_normalize_indexes.go',
] as const;

const ID = "`id`      TEXT PRIMARY KEY DEFAULT ('r'||lower(hex(randomblob(7)))) NOT NULL";
const NOW = "DEFAULT (strftime('%Y-%m-%d %H:%M:%fZ')) NOT NULL";

// White space included, to the letter what PocketBase leaves in sqlite_schema.
export const PARAMS_TABLE: string = `CREATE TABLE \`_params\` (
			${ID},
			\`value\`   JSON DEFAULT NULL,
			\`created\` TEXT ${NOW},
			\`updated\` TEXT ${NOW}
		)`;
const MAIN = [
  'CREATE TABLE `_migrations` (file VARCHAR(255) PRIMARY KEY NOT NULL, applied INTEGER NOT NULL)',
  PARAMS_TABLE,
  `CREATE TABLE \`_collections\` (
				${ID.replace('`id`', '`id`   ')},
				\`system\`     BOOLEAN DEFAULT FALSE NOT NULL,
				\`type\`       TEXT DEFAULT "base" NOT NULL,
				\`name\`       TEXT UNIQUE NOT NULL,
				\`fields\`     JSON DEFAULT "[]" NOT NULL,
				\`indexes\`    JSON DEFAULT "[]" NOT NULL,
				\`listRule\`   TEXT DEFAULT NULL,
				\`viewRule\`   TEXT DEFAULT NULL,
				\`createRule\` TEXT DEFAULT NULL,
				\`updateRule\` TEXT DEFAULT NULL,
				\`deleteRule\` TEXT DEFAULT NULL,
				\`options\`    JSON DEFAULT "{}" NOT NULL,
				\`created\`    TEXT ${NOW},
				\`updated\`    TEXT ${NOW}
			)`,
  'CREATE INDEX idx__collections_type on `_collections` (`type`)',
];

const AUXILIARY = [
  `CREATE TABLE \`_logs\` (
					${ID},
					\`level\`   INTEGER DEFAULT 0 NOT NULL,
					\`message\` TEXT DEFAULT "" NOT NULL,
					\`data\`    JSON DEFAULT "{}" NOT NULL,
					\`created\` TEXT ${NOW}
				)`,
  'CREATE INDEX idx_logs_level on `_logs` (`level`)',
  'CREATE INDEX idx_logs_message on `_logs` (`message`)',
  "CREATE INDEX idx_logs_created_hour on `_logs` (strftime('%Y-%m-%d %H:00:00', `created`))",
];

/** Fills an empty data.db as PocketBase would; the transaction is the caller's. */
export function createMainTables(db: Database, now: Date): void {
  for (const statement of MAIN) db.exec(statement);
  const collections = new Collections(db);
  const stamp = now.toISOString().replace('T', ' ');
  for (const collection of systemCollections(stamp)) collections.save(collection, undefined);
  const insert = db.prepare('INSERT INTO `_migrations` (file, applied) VALUES (?, ?)');
  for (const [index, file] of SYSTEM_MIGRATIONS.entries()) {
    insert.run(file, BigInt(now.getTime()) * 1000n + BigInt(index));
  }
}

/** Fills auxiliary.db where it is empty. */
export function createAuxiliaryTables(db: Database): void {
  if (hasTable(db, '_logs')) return;
  db.transaction(() => {
    for (const statement of AUXILIARY) db.exec(statement);
  }).immediate();
}

export function hasTable(db: Database, name: string): boolean {
  const found = db.prepare(`SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?`);
  return found.get(name) !== undefined;
}
