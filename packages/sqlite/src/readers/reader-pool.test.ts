import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '@davit/domain';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ReaderPool } from './reader-pool.ts';

let directory: string;
let pool: ReaderPool;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'davit-readers-'));
  const file = join(directory, 'data.db');
  const connection = new Sqlite(file);
  connection.pragma('journal_mode = WAL');
  connection.exec('CREATE TABLE t (n INTEGER)');
  connection.exec(
    'WITH c(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM c LIMIT 5) INSERT INTO t SELECT n FROM c',
  );
  connection.close();
  const script = new URL('./reader.ts', import.meta.url);
  const data = { file, pragmas: ['cache_size = -2000'] };
  pool = new ReaderPool({ size: 2, script, data, timeoutMs: 1000 });
});

afterEach(async () => {
  await pool.close();
  rmSync(directory, { recursive: true });
});

const page = { sql: 'SELECT n FROM t WHERE n > ? ORDER BY n LIMIT 2', parameters: [1] };

test('answers a page and its total', async () => {
  const count = { sql: 'SELECT count(*) FROM t WHERE n > ?', parameters: [1] };
  expect(await pool.run({ page, count })).toEqual({ rows: [{ n: 2 }, { n: 3 }], total: 4 });
});

test('answers many at once, each its own', async () => {
  const jobs = Array.from({ length: 40 }, (_, n) =>
    pool.run({ page: { sql: 'SELECT ? AS n', parameters: [n] } }),
  );
  const pages = await Promise.all(jobs);
  expect(pages.map(({ rows }) => rows[0]?.n)).toEqual(Array.from({ length: 40 }, (_, n) => n));
});

test('passes on what SQLite complains about and goes on', async () => {
  await expect(pool.run({ page: { sql: 'SELECT x FROM t', parameters: [] } })).rejects.toThrow(
    'no such column',
  );
  expect((await pool.run({ page })).total).toBe(-1);
});

test('cannot write', async () => {
  const write = { page: { sql: 'DELETE FROM t RETURNING n', parameters: [] } };
  await expect(pool.run(write)).rejects.toMatchObject({ code: 'SQLITE_READONLY' });
});

test('leaves a query that takes too long and answers those behind it', async () => {
  const endless = {
    sql: 'WITH RECURSIVE c(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM c LIMIT 30000000) SELECT count(*) AS n FROM c',
    parameters: [],
  };
  const slow = [pool.run({ page: endless }), pool.run({ page: endless })];
  const quick = [pool.run({ page }), pool.run({ page })];
  const [first, second] = await Promise.allSettled(slow);
  expect([first, second]).toMatchObject(Array(2).fill({ reason: { code: 'timeout' } }));
  for (const job of quick) expect((await job).rows).toHaveLength(2);
});

test('stops waiting when nobody wants the answer any more', async () => {
  const controller = new AbortController();
  const job = pool.run({ page }, controller.signal);
  controller.abort(new Error('gone'));
  await expect(job).rejects.toThrow('gone');
});

test('takes no more work once it is closed', async () => {
  await pool.run({ page });
  await pool.close();
  await expect(pool.run({ page })).rejects.toBeInstanceOf(AppError);
});

test('threads that have had nothing to do for a while end, and others start when needed', async () => {
  await pool.close();
  const script = new URL('./reader.ts', import.meta.url);
  const data = { file: join(directory, 'data.db'), pragmas: [] };
  pool = new ReaderPool({ size: 2, script, data, timeoutMs: 1000, idleMs: 50 });
  await pool.run({ page });
  expect(pool.stats().threads).toBe(1);
  await expect.poll(() => pool.stats().threads).toBe(0);
  expect((await pool.run({ page })).rows).toHaveLength(2);
});
