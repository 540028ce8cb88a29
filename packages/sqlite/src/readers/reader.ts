// Entry of a reader, as a thread or as a process: one read-only connection that runs the jobs it is sent.
import { parentPort, workerData } from 'node:worker_threads';
import Sqlite from 'better-sqlite3';
import { readTools, runReadJob } from './read-job.ts';
import { READY } from './reader-message.ts';
import type { ReaderAnswer, ReaderData, ReaderRequest } from './reader-message.ts';

const { file, pragmas } = (
  parentPort ? workerData : JSON.parse(process.argv[2] ?? '{}')
) as ReaderData;
const connection = new Sqlite(file, { readonly: true });
for (const pragma of pragmas) connection.pragma(pragma);
const tools = readTools(connection);

if (parentPort) {
  const port = parentPort;
  port.on('message', ({ id, job }: ReaderRequest) => {
    port.postMessage(answer(id, job));
  });
  port.postMessage(READY);
} else {
  process.on('message', ({ id, job }: ReaderRequest) => {
    process.send?.(answer(id, job));
  });
}

function answer(id: number, job: ReaderRequest['job']): ReaderAnswer {
  try {
    return { id, page: runReadJob(tools, job) };
  } catch (error) {
    const { message, code } = error as Error & { code?: string };
    return { id, failure: { message, code: code ?? '' } };
  }
}
