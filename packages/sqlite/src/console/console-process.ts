// Entry of a console process: runs one job and ends. Whoever waits for it may kill it at any time.
import { DatabaseSync } from 'node:sqlite';
import type { ConsoleAnswer, ConsoleJob } from './console-message.ts';
import { readStatements, sampleView, writeStatements } from './run-statements.ts';

const BUSY_MS = 10_000;

process.once('message', (job: ConsoleJob) => {
  process.send?.(answer(job), () => process.disconnect());
});

function answer(job: ConsoleJob): ConsoleAnswer {
  try {
    const db = new DatabaseSync(job.file, {
      readOnly: job.kind !== 'write',
      // In what stays, text in double quotes would keep columns from being renamed.
      enableDoubleQuotedStringLiterals: !/\b(?:create|alter)\b/i.test(job.query),
    });
    db.exec(`PRAGMA busy_timeout = ${BUSY_MS}; PRAGMA foreign_keys = ON`);
    if (job.kind === 'sample') return { rows: sampleView(db, job.query, job.limit) };
    const run = job.kind === 'write' ? writeStatements : readStatements;
    return { result: run(db, job.query) };
  } catch (error) {
    return { failure: describe(error) };
  }
}

/** In the words of PocketBase's driver: `SQL logic error: near "x": syntax error (1)`. */
function describe(error: unknown): { message: string; code: number } {
  const { message, errstr, errcode } = error as Error & { errstr?: string; errcode?: number };
  if (errcode === undefined) return { message, code: 0 };
  const kind = errstr ?? 'SQL logic error';
  const details = message === kind ? kind : `${kind}: ${message}`;
  return { message: `${details} (${errcode})`, code: errcode & 0xff };
}
