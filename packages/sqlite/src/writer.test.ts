import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '@davit/domain';
import type { WriteTx } from '@davit/domain';
import Sqlite from 'better-sqlite3';
import type { Database } from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Writer } from './writer.ts';

let directory: string;
let connection: Database;
let other: Database;
let writer: Writer;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'davit-writer-'));
  const file = join(directory, 'data.db');
  connection = new Sqlite(file, { timeout: 0 });
  connection.pragma('journal_mode = WAL');
  connection.exec('CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT UNIQUE)');
  other = new Sqlite(file, { timeout: 0 });
  writer = new Writer({ connection, tx: {} as WriteTx, lockWaitMs: 200 });
});

afterEach(async () => {
  await writer.close();
  connection.close();
  other.close();
  rmSync(directory, { recursive: true });
});

const insert = (name: string) => () =>
  connection.prepare('INSERT INTO t (name) VALUES (?)').run(name).lastInsertRowid;
const names = (): unknown[] => other.prepare('SELECT name FROM t ORDER BY id').pluck().all();

test('answers only after the commit', async () => {
  await writer.write(insert('a'));
  expect(names()).toEqual(['a']);
});

test('puts operations of the same tick into one transaction', async () => {
  const before = other.pragma('data_version', { simple: true });
  await Promise.all(['a', 'b', 'c'].map((name) => writer.write(insert(name))));
  expect(names()).toEqual(['a', 'b', 'c']);
  expect(other.pragma('data_version', { simple: true })).toBe(Number(before) + 1);
});

test('undoes a failing operation alone', async () => {
  const results = await Promise.allSettled(
    ['a', 'a', 'b'].map((name) => writer.write(insert(name))),
  );
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(names()).toEqual(['a', 'b']);
});

test('rolls an exclusive transaction back when it throws', async () => {
  const attempt = writer.transaction(async () => {
    insert('a')();
    await Promise.resolve();
    throw new Error('no');
  });
  await expect(attempt).rejects.toThrow('no');
  expect(names()).toEqual([]);
});

test('keeps operations out of an exclusive transaction that waits', async () => {
  let release = (): void => undefined;
  const gate = new Promise<void>((resolve) => (release = resolve));
  const exclusive = writer.transaction(async () => {
    insert('first')();
    await gate;
    insert('second')();
  });
  const after = writer.write(insert('third'));
  release();
  await Promise.all([exclusive, after]);
  expect(names()).toEqual(['first', 'second', 'third']);
});

test('waits for a lock of another process without blocking', async () => {
  other.exec('BEGIN IMMEDIATE');
  const writing = writer.write(insert('a'));
  setTimeout(() => other.exec('COMMIT'), 50);
  await writing;
  expect(names()).toEqual(['a']);
});

test('gives up on a lock that stays, and goes on afterwards', async () => {
  other.exec('BEGIN IMMEDIATE');
  const failure = await writer.write(insert('a')).catch((error: unknown) => error);
  expect(AppError.is(failure, 'unavailable')).toBe(true);
  other.exec('COMMIT');
  await writer.write(insert('b'));
  expect(names()).toEqual(['b']);
});
