import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PageRequest, Query } from '@davit/domain';
import Sqlite from 'better-sqlite3';
import type { Database } from 'better-sqlite3';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { openDatabase } from '../open.ts';
import { compileGuarded, compileQuery } from '../select/select.ts';
import { ReadLanes } from './read-lanes.ts';
import { ReaderPool } from './reader-pool.ts';
import { SlowLane } from './slow-lane.ts';
import type { LaneRead } from './verdicts.ts';

// On real threads and processes: the same statement finds a page at once, or looks at 200 million pairs for nothing.

let directory: string;
let connection: Database;
const opened: ReadLanes[] = [];

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'davit-trial-'));
  await (await openDatabase({ directory, readers: 0, platform: 'off' })).close();
  connection = new Sqlite(join(directory, 'data.db'));
  connection.exec(`
    CREATE TABLE posts (id TEXT PRIMARY KEY);
    CREATE TABLE marks (id TEXT PRIMARY KEY, kind TEXT);
    WITH c(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM c LIMIT 200000) INSERT INTO posts SELECT n FROM c;
    INSERT INTO marks SELECT id, 'plain' FROM posts LIMIT 1000`);
});

afterEach(async () => {
  await Promise.all(opened.splice(0).map((lanes) => lanes.close()));
});

afterAll(() => {
  connection.close();
  rmSync(directory, { recursive: true });
});

const page: PageRequest = { offset: 0, limit: 5, count: false };

/** The posts that some mark, any of all, is not of a kind with. */
function unlike(kind: string): Query {
  return {
    table: 'posts',
    joins: [{ alias: 'mark', source: { kind: 'table', table: 'marks' } }],
    order: [],
    where: {
      kind: 'compare',
      operator: '!=',
      any: true,
      left: { expression: { kind: 'column', alias: 'mark', column: 'kind' } },
      right: { expression: { kind: 'value', value: kind } },
    },
  };
}

const [quick, hostile] = [read(unlike('odd')), read(unlike('plain'))];

function read(query: Query): LaneRead {
  const trial = { fills: 5, page: () => compileGuarded(query, page) };
  return { query, job: compileQuery(query, page), trial };
}

function open(timeoutMs: number): { lanes: ReadLanes; fast: ReaderPool; slow: SlowLane } {
  const script = new URL('./reader.ts', import.meta.url);
  const common = { script, data: { file: join(directory, 'data.db'), pragmas: [] }, timeoutMs };
  const [fast, slow] = [
    new ReaderPool({ ...common, size: 1 }),
    new SlowLane({ ...common, size: 1 }),
  ];
  const lanes = new ReadLanes({ connection, fast, slow });
  opened.push(lanes);
  return { lanes, fast, slow };
}

test('a page of a large table that is full after a few rows comes from a thread', async () => {
  const { lanes, slow } = open(60_000);
  expect((await lanes.run(quick)).rows).toHaveLength(5);
  expect(slow.stats().processes).toBe(0);
});

test('a filter that matches nothing leaves the threads at once', async () => {
  const { lanes, fast, slow } = open(600_000);
  const nobody = new AbortController();
  let isOver = false;
  const search = lanes.run(hostile, nobody.signal).finally(() => (isOver = true));
  const ended = expect(search).rejects.toThrow('enough');
  await expect.poll(() => slow.stats().busy, { timeout: 60_000 }).toBe(1);
  expect(fast.stats()).toMatchObject({ threads: 1, busy: 0 });
  const first: Query = { table: 'posts', joins: [], order: [] };
  const total = lanes.run({ query: first, job: compileQuery(first, { ...page, count: true }) });
  expect(await total).toMatchObject({ total: 200_000 });
  expect(isOver).toBe(false);
  nobody.abort(new Error('enough'));
  await ended;
}, 120_000);

test('it is killed at its deadline, and its like is not tried again so soon', async () => {
  const { lanes, fast, slow } = open(5000);
  await expect(lanes.run(hostile)).rejects.toMatchObject({ code: 'timeout' });
  expect(fast.stats()).toMatchObject({ threads: 1, busy: 0 });
  expect(slow.stats().busy).toBe(0);
  await fast.close(); // only the other way is left
  expect((await lanes.run(quick)).rows).toHaveLength(5);
}, 120_000);

test('a database tries pages itself', async () => {
  await using database = await openDatabase({ directory, readers: 1, platform: 'off' });
  expect((await database.find(unlike('odd'), page)).rows).toHaveLength(5);
  await database.find({ table: 'posts', joins: [], order: [] }, { ...page, count: true });
  expect(database.stats().readers).toBe(1); // the thread, and no process
});
