import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import type { Database } from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CountCache } from './count-cache.ts';

const STATEMENT = { sql: 'SELECT COUNT(*) FROM posts WHERE title = ?', parameters: ['a'] };

let directory: string;
let writer: Database;
let reader: Database;
let counts: CountCache;
let counted: number;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'davit-counts-'));
  const file = join(directory, 'data.db');
  writer = new Sqlite(file);
  writer.pragma('journal_mode = WAL');
  writer.exec(`CREATE TABLE posts (title TEXT); INSERT INTO posts VALUES ('a'), ('b')`);
  reader = new Sqlite(file, { readonly: true });
  counts = new CountCache(reader);
  counted = 0;
});

afterEach(() => {
  reader.close();
  writer.close();
  rmSync(directory, { recursive: true });
});

function count(parameters: string[] = STATEMENT.parameters): number {
  return counts.get({ ...STATEMENT, parameters }, () => {
    counted++;
    return reader.prepare(STATEMENT.sql).pluck().get(parameters) as number;
  });
}

test('counts once for each statement and its parameters', () => {
  expect([count(), count(), count(['b']), count(['c']), count(['c'])]).toEqual([1, 1, 1, 0, 0]);
  expect(counted).toBe(3);
});

test('counts anew after each write of another connection', () => {
  const seen = [1, 2, 3].map(() => {
    writer.exec(`INSERT INTO posts VALUES ('a')`);
    return [count(), count()];
  });
  expect(seen.flat()).toEqual([2, 2, 3, 3, 4, 4]);
  expect(counted).toBe(3);
});

test('what is written while it counts is seen the next time', () => {
  const total = (): number => reader.prepare('SELECT COUNT(*) FROM posts').pluck().get() as number;
  const ask = (meanwhile: () => void): number =>
    counts.get({ sql: 'all', parameters: [] }, () => {
      const before = total();
      meanwhile();
      return before;
    });
  expect(ask(() => writer.exec(`INSERT INTO posts VALUES ('c')`))).toBe(2);
  expect(ask(() => undefined)).toBe(3);
});

test('a write that is not committed, or rolled back, counts for nothing', () => {
  expect(count()).toBe(1);
  writer.exec(`BEGIN; INSERT INTO posts VALUES ('a')`);
  expect(count()).toBe(1);
  writer.exec('ROLLBACK');
  expect(count()).toBe(1);
});
