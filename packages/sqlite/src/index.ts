export { openDatabase } from './open.ts';
export type { OpenOptions } from './open.ts';
export type { SqliteDatabase } from './database.ts';
export type { PlatformMode } from './migrations/prepare.ts';
export { PLATFORM_IDS, platformCollections } from './migrations/platform-collections.ts';
