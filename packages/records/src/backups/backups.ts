import type { BackupFile, OpenBackup } from '@davit/domain';

/** One at a time; errors are PocketBase's (`invalid`), with what went wrong. */
export interface Backups {
  /** the one that is being made or restored */
  readonly active: string | undefined;
  list(): Promise<BackupFile[]>;
  /** `name` '' makes one up. Resolves when it is there and was read back whole. */
  create(name: string): Promise<void>;
  /** Checks that it is a sound backup before it keeps it. */
  upload(name: string, content: AsyncIterable<Uint8Array>): Promise<void>;
  /** Errors: `not_found`. */
  read(key: string): Promise<OpenBackup>;
  delete(key: string): Promise<void>;
  /**
   * Unpacks and verifies it, and answers when what is left cannot fail on its account. Then the server is asked to
   * change over to it.
   */
  restore(key: string): Promise<void>;
  /** One with a name of its own; only the newest that the settings allow are kept. */
  createScheduled(): Promise<void>;
}
