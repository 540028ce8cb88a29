import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Query } from '@davit/domain';
import Sqlite from 'better-sqlite3';
import type { Database } from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ReadJob } from './read-job.ts';
import { ReadLanes } from './read-lanes.ts';
import { SlowLane } from './slow-lane.ts';

let directory: string;
let connection: Database;
let taken: string[];
let lanes: ReadLanes;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'davit-lanes-'));
  connection = new Sqlite(join(directory, 'data.db'));
  connection.exec(`
    CREATE TABLE posts (id TEXT PRIMARY KEY, title TEXT, author TEXT);
    CREATE TABLE users (id TEXT PRIMARY KEY, name TEXT);
    INSERT INTO posts (_rowid_, id) VALUES (100000, 'last');
    INSERT INTO users (_rowid_, id) VALUES (500, 'last')`);
  taken = [];
  const data = { file: '', pragmas: [] };
  const slow = new SlowLane({ size: 1, script: new URL('file:///'), data, timeoutMs: 1 });
  slow.run = (job) => {
    taken.push(job.page.sql);
    return Promise.resolve({ rows: [], total: -1 });
  };
  lanes = new ReadLanes({ connection, fast: undefined, slow });
});

afterEach(async () => {
  await lanes.close();
  connection.close();
  rmSync(directory, { recursive: true });
});

const query: Query = {
  table: 'posts',
  joins: [],
  where: { kind: 'constant', value: true },
  order: [],
};

async function isSlow(sql: string, parameters: string[] = []): Promise<boolean> {
  const job: ReadJob = { page: { sql, parameters } };
  const before = taken.length;
  await lanes.run(query, job);
  return taken.length > before;
}

test.each([
  ['SELECT * FROM posts WHERE title = ?', ['x']],
  ['SELECT * FROM posts JOIN users ON users.id = author WHERE name > ?', ['x']],
  ['SELECT * FROM users WHERE id IN (SELECT author FROM posts)', []],
  [`SELECT * FROM posts WHERE title LIKE ? ESCAPE '\\'`, ['%x%']],
])('%s is quick enough for a thread', async (sql, parameters) => {
  expect(await isSlow(sql, parameters)).toBe(false);
});

test.each([
  ['SELECT * FROM posts CROSS JOIN users WHERE name < title', []],
  ['SELECT * FROM users u WHERE NOT EXISTS (SELECT 1 FROM posts WHERE title > u.name)', []],
])('%s goes the slow way', async (sql, parameters) => {
  expect(await isSlow(sql, parameters)).toBe(true);
});

test.each([
  ['SELECT * FROM posts WHERE title = ?', true],
  ['SELECT * FROM users WHERE name = ?', false], // so little work: the machine was busy
])('%s took long before: it goes the slow way is %s', async (sql, slow) => {
  expect(await isSlow(sql, ['x'])).toBe(false);
  lanes.remember({ page: { sql, parameters: [] } });
  expect(await isSlow(sql, ['y'])).toBe(slow);
});
