// Entry of a reader thread: one read-only connection that runs the jobs it is sent.
import { parentPort, workerData } from 'node:worker_threads';
import Sqlite from 'better-sqlite3';
import { runReadJob, StatementCache } from './read-job.ts';
import type { ReaderAnswer, ReaderData, ReaderRequest } from './reader-message.ts';

const { file, pragmas } = workerData as ReaderData;
const connection = new Sqlite(file, { readonly: true });
for (const pragma of pragmas) connection.pragma(pragma);
const statements = new StatementCache(connection);

parentPort?.on('message', ({ id, job }: ReaderRequest) => {
  parentPort?.postMessage(answer(id, job));
});

function answer(id: number, job: ReaderRequest['job']): ReaderAnswer {
  try {
    return { id, page: runReadJob(statements, job) };
  } catch (error) {
    const { message, code } = error as Error & { code?: string };
    return { id, failure: { message, code: code ?? '' } };
  }
}
