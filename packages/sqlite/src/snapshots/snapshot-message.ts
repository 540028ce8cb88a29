/** What a snapshot process is sent, once. */
export type SnapshotJob =
  { kind: 'snapshot'; directory: string; folder: string } | { kind: 'verify'; folder: string };

/** `problem`: what is wrong with a database; absent when all is well. */
export interface SnapshotAnswer {
  problem?: string;
}
