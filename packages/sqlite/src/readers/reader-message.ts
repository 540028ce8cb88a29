import type { RowPage } from '@davit/domain';
import type { ReadJob } from './read-job.ts';

/** What a reader thread is started with. */
export interface ReaderData {
  file: string;
  pragmas: string[];
}

export interface ReaderRequest {
  id: number;
  job: ReadJob;
}

export type ReaderAnswer =
  { id: number; page: RowPage } | { id: number; failure: { message: string; code: string } };

/** What a reader says first: it has opened the database. */
export const READY = 'ready';

export type ReaderMessage = ReaderAnswer | typeof READY;
