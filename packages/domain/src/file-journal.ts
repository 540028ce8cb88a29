/** Files of one record whose fate a transaction decides. */
export interface FileIntent {
  /** `collectionId/recordId` */
  prefix: string;
  /** those that are put there before the commit, or go after it */
  names: readonly string[];
}

/**
 * What becomes of files while the process lives is known without it; after a crash it says where to look. Waits for
 * nothing, since intents are written inside transactions too.
 */
export interface FileJournal {
  /** Remembers until the answer is called. */
  begin(intent: FileIntent): () => void;
  /** What an earlier process began and never ended, each with its end. */
  unfinished(): (FileIntent & { end: () => void })[];
}
