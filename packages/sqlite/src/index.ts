export { openDatabase } from './open.ts';
export type { OpenOptions } from './open.ts';
export type { SqliteDatabase } from './database.ts';
export type { PlatformMode } from './migrations/prepare.ts';
export { PLATFORM_IDS, platformCollections } from './migrations/platform-collections.ts';
export { LogDatabase } from './logs/log-database.ts';
export type { LogDatabaseOptions } from './logs/log-database.ts';
export { createSnapshots } from './snapshots/snapshots.ts';
export type { SnapshotOptions } from './snapshots/snapshots.ts';
