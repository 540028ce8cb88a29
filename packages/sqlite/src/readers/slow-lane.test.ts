import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ReadJob } from './read-job.ts';
import { SlowLane } from './slow-lane.ts';

let directory: string;
const lanes: SlowLane[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'davit-slow-'));
  const connection = new Sqlite(join(directory, 'data.db'));
  connection.exec('CREATE TABLE t (n INTEGER); INSERT INTO t VALUES (1), (2)');
  connection.close();
});

afterEach(async () => {
  await Promise.all(lanes.splice(0).map((lane) => lane.close()));
  rmSync(directory, { recursive: true });
});

function open(options: { timeoutMs?: number; size?: number; idleMs?: number } = {}): SlowLane {
  const script = new URL('./reader.ts', import.meta.url);
  const data = { file: join(directory, 'data.db'), pragmas: [] };
  const lane = new SlowLane({ size: 1, script, data, timeoutMs: 10_000, ...options });
  lanes.push(lane);
  return lane;
}

const rows: ReadJob = { page: { sql: 'SELECT n FROM t ORDER BY n', parameters: [] } };
const endless: ReadJob = {
  page: {
    sql: 'WITH RECURSIVE c(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM c) SELECT count(*) AS n FROM c',
    parameters: [],
  },
};

test('answers, and passes on what SQLite complains about', async () => {
  const lane = open();
  expect((await lane.run(rows)).rows).toEqual([{ n: 1 }, { n: 2 }]);
  const wrong = { page: { sql: 'SELECT x FROM t', parameters: [] } };
  await expect(lane.run(wrong)).rejects.toThrow('no such column');
});

test('kills a query at its deadline and answers what waited behind it', async () => {
  const lane = open({ timeoutMs: 2500 });
  const slow = lane.run(endless);
  await expect(slow).rejects.toMatchObject({ code: 'timeout' });
  expect(lane.stats()).toMatchObject({ busy: 0 });
  expect((await lane.run(rows)).rows).toHaveLength(2);
});

test('kills what nobody waits for any more', async () => {
  const lane = open();
  const controller = new AbortController();
  const slow = lane.run(endless, controller.signal);
  const quick = lane.run(rows);
  controller.abort(new Error('gone'));
  await expect(slow).rejects.toThrow('gone');
  expect((await quick).rows).toHaveLength(2);
});

test('refuses more when very many wait already', async () => {
  const lane = open();
  const waiting = Array.from({ length: 120 }, () => lane.run(endless));
  const settled = Promise.allSettled(waiting);
  await expect(lane.run(rows)).rejects.toMatchObject({ code: 'rate_limited' });
  await lane.close();
  const codes = new Set(
    (await settled).map((one) => (one as { reason: { code: string } }).reason.code),
  );
  expect(codes).toEqual(new Set(['unavailable', 'rate_limited']));
});

test('gives its memory back when there is nothing to do', async () => {
  const lane = open({ idleMs: 10 });
  await lane.run(rows);
  await vi.waitFor(() => expect(lane.stats().processes).toBe(0));
  expect((await lane.run(rows)).rows).toHaveLength(2);
});
