export interface BackupFile {
  key: string;
  /** bytes */
  size: number;
  /** milliseconds since the epoch */
  modified: number;
}

/** To be read in parts: a download that broke off goes on where it was. */
export interface OpenBackup extends BackupFile {
  /** the bytes from `start` to `end`, both among them */
  read(start: number, end: number): AsyncIterable<Uint8Array>;
}

/** The databases of an open directory. */
export interface SnapshotSource {
  /** Consistent copies of all databases in an existing folder, made while others write. */
  snapshot(folder: string): Promise<void>;
  /** Throws `invalid` when a database in the folder is missing or damaged. */
  verify(folder: string): Promise<void>;
}

/** Zip files of the whole directory. Keys are file names. Errors: `not_found`, `invalid` (not a sound backup). */
export interface BackupStore {
  list(): Promise<BackupFile[]>;
  /** Made beside and verified by reading it back; appears whole or not at all. */
  create(key: string): Promise<void>;
  /** Takes a file somebody brings. `conflict` when the key is taken. */
  add(key: string, content: AsyncIterable<Uint8Array>): Promise<void>;
  read(key: string): Promise<OpenBackup>;
  delete(key: string): Promise<void>;
  /** Unpacks and verifies it beside the directory's content; nothing else changes. Answers the folder. */
  stage(key: string): Promise<string>;
}
