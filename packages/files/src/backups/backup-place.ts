import type { BackupFile } from '@davit/domain';

/** Where finished zips are kept. Errors: `not_found`, `conflict`, `unavailable`. */
export interface BackupPlace {
  list(): Promise<BackupFile[]>;
  find(key: string): Promise<BackupFile>;
  /** Keeps the zip at `path`: whole or not at all, and read back where it went elsewhere. */
  keep(key: string, path: string): Promise<void>;
  /** the bytes from `start` to `end`, both among them */
  read(key: string, start: number, end: number): AsyncIterable<Uint8Array>;
  delete(key: string): Promise<void>;
  /** A path where it can be opened; `folder` takes it where it has to be brought first. */
  bring(key: string, folder: string): Promise<string>;
}
