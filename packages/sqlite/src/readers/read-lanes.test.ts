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
import { ROW_GUARD, RowGuard } from './row-guard.ts';
import { SlowLane } from './slow-lane.ts';

let directory: string;
let connection: Database;
let way: string;
let lanes: ReadLanes;
let now: number;
/** what threads do with a trial */
let over: boolean;

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
  const goes = (it: string) => (job: ReadJob) => {
    way += job.trial ? `tried ${job.trial.rows}` : it;
    if (job.trial && over) return Promise.reject(trialOver());
    return Promise.resolve({ rows: [], total: -1 });
  };
  slow.run = goes('slow lane');
  const fast = { run: goes('thread'), close: () => Promise.resolve() } as unknown as ReaderPool;
  [now, over] = [0, false];
  lanes = new ReadLanes({ connection, fast, slow, now: () => now });
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
  way = '';
  await lanes.run({ query, job });
  return way === '' ? 'here' : way;
}

/** Of a page that can be tried. */
async function wayOfPage(sql: string, fills = 20): Promise<string> {
  const job: ReadJob = { page: { sql, parameters: [] } };
  way = '';
  await lanes.run({ query, job, trial: { fills, page: () => job.page } });
  return way;
}

/** as it comes from a thread */
function trialOver(): Error {
  const memory = new Sqlite(':memory:');
  const guard = new RowGuard(memory);
  let code = '';
  try {
    guard.limit(0, () => memory.prepare(`SELECT ${ROW_GUARD}`).all());
  } catch (error) {
    code = (error as { code: string }).code;
  }
  memory.close();
  return Object.assign(new Error(), { code });
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

const PAIRS = 'SELECT * FROM posts CROSS JOIN users WHERE name < title';

test.each([
  [PAIRS, 20, 'tried 399'],
  [`${PAIRS} ORDER BY posts.id`, 20, 'tried 399'],
  [PAIRS, 400, 'slow lane'], // its page is further away
  [`${PAIRS} ORDER BY title`, 20, 'slow lane'], // all of them are needed to tell the first
  [
    'SELECT * FROM users u WHERE NOT EXISTS (SELECT 1 FROM posts WHERE title > u.name)',
    20,
    'slow lane',
  ],
  ['SELECT * FROM posts WHERE title = 1', 20, 'thread'],
])('the page of %s that ends at row %i: %s', async (sql, fills, expected) => {
  expect(await wayOfPage(sql, fills)).toBe(expected);
});

test('what was not found among the first rows goes the slow way, and is tried again after a while', async () => {
  expect(await wayOfPage(PAIRS)).toBe('tried 399');
  over = true;
  expect(await wayOfPage(PAIRS)).toBe('tried 399slow lane');
  over = false;
  expect(await wayOfPage(PAIRS)).toBe('slow lane');
  now += 60_001;
  expect(await wayOfPage(PAIRS)).toBe('tried 399');
});

test('what takes long in a trial goes the slow way, too', async () => {
  expect(await wayOfPage(PAIRS)).toBe('tried 399');
  lanes.remember({ page: { sql: PAIRS, parameters: [] } });
  expect(await wayOfPage(PAIRS)).toBe('slow lane');
});
