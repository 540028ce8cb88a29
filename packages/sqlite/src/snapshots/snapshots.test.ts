import { mkdtemp, readFile, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { openDatabase } from '../open.ts';
import { createSnapshots } from './snapshots.ts';

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'davit-snapshots-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

async function directory(): Promise<string> {
  const path = await folder();
  await (await openDatabase({ directory: path, readers: 0 })).close();
  return path;
}

async function damage(path: string): Promise<void> {
  const bytes = await readFile(path);
  bytes.fill(0xff, 4096, 12_288); // the second and third page
  await writeFile(path, bytes);
}

async function ofSomethingElse(path: string): Promise<void> {
  await unlink(path);
  const db = new Sqlite(path);
  db.exec('CREATE TABLE notes (id TEXT)');
  db.close();
}

test.each<[string, string, (path: string) => Promise<void>]>([
  ['is missing', 'data.db', (path) => unlink(path)],
  ['is no database', 'data.db', (path) => writeFile(path, 'hello '.repeat(1000))],
  ['is damaged', 'data.db', damage],
  ['is of something else', 'data.db', ofSomethingElse],
  ['is damaged', 'auxiliary.db', damage],
])('a folder whose database %s is refused: %s', async (_how, name, spoil) => {
  const path = await directory();
  const snapshots = createSnapshots({ directory: path });
  await snapshots.verify(path);
  await spoil(join(path, name));
  await expect(snapshots.verify(path)).rejects.toMatchObject({ code: 'invalid' });
});

test('a folder without logs is fine: they are made anew', async () => {
  const path = await directory();
  await unlink(join(path, 'auxiliary.db'));
  await createSnapshots({ directory: path }).verify(path);
});

test('a snapshot holds one moment while others write', async () => {
  const path = await directory();
  const db = new Sqlite(join(path, 'data.db'));
  db.exec('CREATE TABLE pairs (a INTEGER, b INTEGER)');
  const insert = db.prepare('INSERT INTO pairs (a) VALUES (?)');
  const complete = db.prepare('UPDATE pairs SET b = a WHERE b IS NULL');
  const pair = db.transaction((n: number) => {
    insert.run(n);
    complete.run();
  });
  for (let n = 0; n < 2000; n++) pair(n);
  const copies = await folder();
  const snapshots = createSnapshots({ directory: path });
  let written = 2000;
  const writing = setInterval(() => pair(written++), 1);
  await snapshots.snapshot(copies);
  clearInterval(writing);
  db.close();
  await snapshots.verify(copies);
  const copy = new Sqlite(join(copies, 'data.db'), { readonly: true });
  const { total, whole } = copy
    .prepare('SELECT count(*) AS total, count(b) AS whole FROM pairs')
    .get() as { total: number; whole: number };
  copy.close();
  expect(whole).toBe(total);
  expect(total).toBeGreaterThanOrEqual(2000);
  expect(written).toBeGreaterThan(2000);
});
