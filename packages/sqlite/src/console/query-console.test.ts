import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { SqliteDatabase } from '../database.ts';
import { openDatabase } from '../open.ts';

const ENDLESS =
  'WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n';

let directory: string;
let database: SqliteDatabase;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'davit-console-'));
  database = await openDatabase({
    directory,
    readers: 0,
    platform: 'off',
    consoleTimeoutMs: 3000,
  });
});
afterEach(async () => {
  await database.close();
  await rm(directory, { recursive: true });
});

test('answers with the columns and rows of the last statement, cells as text', async () => {
  const { columns, rows, affectedRows } = await database.runQuery(
    `SELECT 1; SELECT 1.5 AS a, 1234567.0, x'4142', NULL, 9007199254740993 -- the end`,
  );
  expect(columns[0]).toEqual({ name: 'a', type: '', nullable: true });
  expect(rows).toEqual([['1.5', '1.234567e+06', 'AB', null, '9007199254740993']]);
  expect(affectedRows).toBe(0);
});

test('names may be quoted as PocketBase has it', async () => {
  const { columns, rows } = await database.runQuery(
    'SELECT [[n.a b]] AS [[c d]] FROM (SELECT 1 AS [[a b]]) {{n}}',
  );
  expect([columns[0]?.name, rows]).toEqual(['c d', [['1']]]);
});

test('gives no more than a thousand rows', async () => {
  const { rows } = await database.runQuery(
    'WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n LIMIT 5000) SELECT i FROM n',
  );
  expect(rows).toHaveLength(1000);
});

test('runs several statements that write in one transaction, or none of them', async () => {
  const made = await database.runQuery('CREATE TABLE t (a); INSERT INTO t VALUES (1), (2);');
  expect(made).toMatchObject({ affectedRows: 2, columns: [], rows: [] });
  const half = database.runQuery('DELETE FROM t; INSERT INTO t VALUES (1, 2)');
  await expect(half).rejects.toMatchObject({
    code: 'invalid',
    message: 'SQL logic error: table t has 1 columns but 2 values were supplied (1)',
  });
  expect((await database.runQuery('SELECT count(*) FROM t')).rows).toEqual([['2']]);
});

test('runs what no transaction may be around, and counts rows that are returned', async () => {
  await database.runQuery('CREATE TABLE t (a)');
  const inserted = await database.runQuery('INSERT INTO t VALUES (1), (2) RETURNING a');
  expect(inserted.affectedRows).toBe(2);
  await expect(database.runQuery('VACUUM')).resolves.toMatchObject({ rows: [] });
  const { columns } = await database.runQuery('PRAGMA wal_checkpoint');
  expect(columns.map(({ name }) => name)).toEqual(['busy', 'log', 'checkpointed']);
});

test('finds out by itself that a statement writes', async () => {
  await database.runQuery('CREATE TABLE t (a)');
  await database.runQuery('WITH x(a) AS (VALUES (7)) INSERT INTO t SELECT a FROM x');
  expect((await database.runQuery('SELECT a FROM t')).rows).toEqual([['7']]);
});

test('a query that does not end is killed, and nobody waits for it meanwhile', async () => {
  const endless = database.runQuery(ENDLESS);
  await database.setParam('meanwhile', 1);
  expect(await database.getParam('meanwhile')).toBe(1);
  await expect(endless).rejects.toMatchObject({ code: 'timeout' });
});

test('a write that is killed leaves nothing behind', async () => {
  await database.runQuery('CREATE TABLE t (a)');
  const endless = database.runQuery(`INSERT INTO t VALUES (1); INSERT INTO t ${ENDLESS}`);
  await expect(endless).rejects.toMatchObject({ code: 'timeout' });
  expect((await database.runQuery('SELECT count(*) FROM t')).rows).toEqual([['0']]);
  await database.setParam('afterwards', 1);
});

test('shows the first rows of a view that is not there', async () => {
  expect(await database.sampleView('SELECT 1 AS id UNION SELECT 2', 1)).toEqual([{ id: 1 }]);
  const odd = "SELECT 9007199254740993 AS id, x'c3a9' AS text, 1.5 AS number, NULL AS none";
  expect(await database.sampleView(odd, 1)).toEqual([
    { id: '9007199254740993', text: 'é', number: 1.5, none: null },
  ]);
  await expect(database.sampleView('CREATE TABLE t (a)', 1)).rejects.toMatchObject({
    code: 'invalid',
  });
});
