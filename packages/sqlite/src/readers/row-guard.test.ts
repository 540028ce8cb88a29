import Sqlite from 'better-sqlite3';
import type { Database } from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isTrialOver, ROW_GUARD, RowGuard } from './row-guard.ts';

let connection: Database;
let guard: RowGuard;
let now: number;
/** rows a condition was asked about */
let seen: number;

beforeEach(() => {
  [now, seen] = [0, 0];
  connection = new Sqlite(':memory:');
  guard = new RowGuard(connection, () => now);
  connection.function('seen', () => {
    seen += 1;
    return 0;
  });
  connection.exec(`
    CREATE TABLE t (id TEXT PRIMARY KEY, n INTEGER, list TEXT);
    CREATE INDEX n ON t (n);
    WITH c(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM c LIMIT 100)
    INSERT INTO t SELECT 'r' || i, i % 10, '["a","b"]' FROM c`);
});

afterEach(() => {
  connection.close();
});

function ended(rows: number, sql: string): boolean {
  try {
    guard.limit(rows, () => connection.prepare(sql).all());
    return false;
  } catch (error) {
    if (!isTrialOver(error)) throw error;
    return true;
  }
}

test.each([
  ['FROM t WHERE $ AND seen()', 5],
  ['FROM t WHERE $ AND n = 3 AND seen()', 5],
  ['FROM t WHERE $ AND seen() ORDER BY id DESC LIMIT 3', 5],
  ['FROM t LEFT JOIN t o ON seen() WHERE $ AND t.list = o.list', 500],
  ['FROM t LEFT JOIN json_each(t.list) e WHERE $ AND e.value = seen()', 10],
  ['FROM t WHERE $ AND NOT EXISTS (SELECT 1 FROM t o WHERE o.id = t.id AND NOT seen())', 5],
])('of SELECT 1 %s it lets five rows pass, and what they ask', (sql, most) => {
  expect(ended(5, `SELECT 1 ${sql.replace('$', ROW_GUARD)}`)).toBe(true);
  expect(seen).toBeLessThanOrEqual(most);
  expect(ended(0, `SELECT 1 ${sql.replace('$', ROW_GUARD)}`)).toBe(true);
  expect(seen).toBeLessThanOrEqual(most);
});

test('few rows that take long are over, too', () => {
  connection.function('dawdle', () => (now += 100));
  expect(ended(100, `SELECT 1 FROM t WHERE ${ROW_GUARD} AND dawdle() < 0`)).toBe(true);
  expect(now).toBeLessThan(700);
});

test('what is found within the limit is found, and without one all', () => {
  const sql = `SELECT n FROM t WHERE ${ROW_GUARD} LIMIT 5`;
  expect(ended(5, sql)).toBe(false);
  expect(ended(4, sql)).toBe(true);
  now = 1e9;
  expect(connection.prepare(`SELECT n FROM t WHERE ${ROW_GUARD}`).all()).toHaveLength(100);
});
