import type { Collection, Field, SecretBox } from '@davit/domain';
import type { Database } from 'better-sqlite3';

/** What a view's records consist of, from its query. Throws for a query that cannot be read. */
export type ViewFields = (query: string, find: (name: string) => Collection | undefined) => Field[];

export interface UpgradeOptions {
  /** opens settings that are encrypted, and seals them again */
  settingsBox?: SecretBox;
  /** absent: views keep the fields they had */
  viewFields?: ViewFields;
}

export interface Upgrade extends UpgradeOptions {
  db: Database;
  /** now, as records have it */
  stamp: string;
}
