import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Query } from '@davit/domain';
import Sqlite from 'better-sqlite3';
import type { Database } from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ReadJob } from './read-job.ts';
import { ReadLanes } from './read-lanes.ts';
import type { ReaderPool } from './reader-pool.ts';
import { SlowLane } from './slow-lane.ts';

let directory: string;
let connection: Database;
let way: string;
let lanes: ReadLanes;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'davit-lanes-'));
  connection = new Sqlite(join(directory, 'data.db'));
  connection.exec(`
    CREATE TABLE posts (id TEXT PRIMARY KEY, title TEXT, author TEXT);
    CREATE TABLE users (id TEXT PRIMARY KEY, name TEXT);
    INSERT INTO posts (_rowid_, id) VALUES (100000, 'last');
    INSERT INTO users (_rowid_, id) VALUES (500, 'last');
    CREATE TABLE roles (id TEXT PRIMARY KEY, name TEXT);
    INSERT INTO roles (_rowid_, id) VALUES (20, 'last')`);
  const data = { file: '', pragmas: [] };
  const slow = new SlowLane({ size: 1, script: new URL('file:///'), data, timeoutMs: 1 });
  const goes = (it: string) => () => {
    way = it;
    return Promise.resolve({ rows: [], total: -1 });
  };
  slow.run = goes('slow lane');
  const fast = { run: goes('thread'), close: () => Promise.resolve() } as unknown as ReaderPool;
  lanes = new ReadLanes({ connection, fast, slow });
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

async function wayOf(sql: string, parameters: string[] = []): Promise<string> {
  const job: ReadJob = { page: { sql, parameters } };
  way = 'here';
  await lanes.run(query, job);
  return way;
}

test.each([
  ['SELECT * FROM posts WHERE id = ?', ['x']],
  ['SELECT * FROM roles WHERE name LIKE ?', ['%x%']],
  ['SELECT * FROM roles JOIN users ON users.id = roles.name', []],
])('%s is over before a thread had it', async (sql, parameters) => {
  expect(await wayOf(sql, parameters)).toBe('here');
});

test.each([
  ['SELECT * FROM posts WHERE title = ?', ['x']],
  ['SELECT * FROM roles, json_each(roles.name) entry WHERE entry.value = ?', ['x']],
  ['SELECT * FROM posts JOIN users ON users.id = author WHERE name > ?', ['x']],
  ['SELECT * FROM users WHERE id IN (SELECT author FROM posts)', []],
  [`SELECT * FROM posts WHERE title LIKE ? ESCAPE '\\'`, ['%x%']],
])('%s is quick enough for a thread', async (sql, parameters) => {
  expect(await wayOf(sql, parameters)).toBe('thread');
});

test.each([
  ['SELECT * FROM posts CROSS JOIN users WHERE name < title', []],
  ['SELECT * FROM users u WHERE NOT EXISTS (SELECT 1 FROM posts WHERE title > u.name)', []],
])('%s goes the slow way', async (sql, parameters) => {
  expect(await wayOf(sql, parameters)).toBe('slow lane');
});

test.each([
  ['SELECT * FROM posts WHERE title = ?', 'slow lane'],
  ['SELECT * FROM users WHERE name = ?', 'thread'], // so little work: the machine was busy
])('%s took long before: it goes to a %s', async (sql, next) => {
  expect(await wayOf(sql, ['x'])).toBe('thread');
  lanes.remember({ page: { sql, parameters: [] } });
  expect(await wayOf(sql, ['y'])).toBe(next);
});
