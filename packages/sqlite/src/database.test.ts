import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Collection, PageRequest, Query } from '@davit/domain';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { SqliteDatabase } from './database.ts';
import { openDatabase } from './open.ts';

const ONE: PageRequest = { offset: 0, limit: 1, count: false };
const ALL: PageRequest = { offset: 0, limit: 100, count: true };

let directory: string;
let database: SqliteDatabase;
let projects: Collection;
let rollouts: Collection;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'davit-database-'));
  database = await openDatabase({ directory, readers: 1, queryTimeoutMs: 2000 });
  const collections = await database.loadCollections();
  projects = collections.find(({ name }) => name === 'projects')!;
  rollouts = collections.find(({ name }) => name === 'rollouts')!;
});

afterEach(async () => {
  await database.close();
  rmSync(directory, { recursive: true });
});

function named(name: string): Query {
  return {
    table: 'projects',
    joins: [],
    order: [],
    where: {
      kind: 'equal',
      left: { kind: 'column', alias: 'projects', column: 'name' },
      right: { kind: 'value', value: name },
    },
  };
}

test.each([0, 1])(
  'with %i readers, no integer loses digits and blobs are text',
  async (readers) => {
    await using other = await openDatabase({ directory, readers });
    const insert = `INSERT INTO projects (id, name, description) VALUES ('odd', 9007199254740993, x'c3a9')`;
    await other.runQuery(`ALTER TABLE projects ADD COLUMN big JSON; ${insert}`);
    await other.runQuery(`UPDATE projects SET big = '-9007199254740993' WHERE id = 'odd'`);
    const odd = { description: 'é', big: '-9007199254740993' };
    const { rows } = await other.find(named('9007199254740993'), ALL);
    expect(rows).toMatchObject([odd]);
    expect(await other.write((tx) => tx.get(projects, 'odd'))).toMatchObject(odd);
  },
);

test.each([0, 1])('with %i readers, a total counts what was just written', async (readers) => {
  await using other = await openDatabase({ directory, readers });
  const totals: number[] = [];
  const ask = async (): Promise<unknown> =>
    totals.push((await other.find(named('new'), ALL)).total);
  for (const from of [other, database]) {
    await Promise.all([ask(), ask()]);
    await from.write((tx) => tx.insert(projects, { id: `p${totals.length}`, name: 'new' }));
    await ask();
  }
  expect(totals).toEqual([0, 0, 1, 1, 1, 2]);
});

describe('a transaction', () => {
  test('reads what it wrote, which nobody else sees before the end', async () => {
    await database.transaction(async (tx) => {
      tx.insert(projects, { id: 'p', name: 'new' });
      expect(tx.query(named('new'), ALL)).toMatchObject({ total: 1 });
      expect(tx.get(projects, 'p')).toMatchObject({ name: 'new', tags: '' });
      expect(await database.find(named('new'), ALL)).toMatchObject({ total: 0 });
    });
    expect(await database.find(named('new'), ALL)).toMatchObject({ total: 1 });
  });

  test('leaves nothing when it fails', async () => {
    const run = database.transaction(async (tx) => {
      tx.insert(projects, { id: 'p', name: 'new' });
      tx.collections.delete(rollouts);
      await Promise.resolve();
      throw new Error('no');
    });
    await expect(run).rejects.toThrow('no');
    expect(await database.find(named('new'), ALL)).toMatchObject({ total: 0 });
    expect(await database.loadCollections()).toContainEqual(rollouts);
  });

  test('is gone when its process is killed in the middle', async () => {
    const script = `
      const { openDatabase } = await import(process.argv[1]);
      const database = await openDatabase({ directory: process.argv[2], readers: 0 });
      const all = await database.loadCollections();
      const projects = all.find(({ name }) => name === 'projects');
      await database.write((tx) => tx.insert(projects, { id: 'kept', name: 'kept' }));
      await database.transaction(async (tx) => {
        tx.insert(projects, { id: 'lost', name: 'lost' });
        console.log('written');
        await new Promise((resolve) => setTimeout(resolve, 60_000));
      });`;
    const args = ['--input-type=module', '--eval', script, '--'];
    const child = spawn(process.execPath, [
      ...args,
      new URL('./index.ts', import.meta.url).href,
      directory,
    ]);
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await database.find(named('kept'), ALL)).toMatchObject({ total: 1 });
    expect(await database.find(named('lost'), ALL)).toMatchObject({ total: 0 });
    await database.write((tx) => tx.insert(projects, { id: 'lost', name: 'again' }));
  });
});

describe('two writers of one directory', () => {
  test('wait for each other without failing', async () => {
    await using other = await openDatabase({ directory, readers: 0 });
    const both = [database, other].flatMap((writer, which) =>
      Array.from({ length: 20 }, (_, count) =>
        writer.write((tx) => tx.insert(projects, { id: `${which}-${count}`, name: 'both' })),
      ),
    );
    await Promise.all(both);
    expect(await database.find(named('both'), ALL)).toMatchObject({ total: 40 });
  });

  test('cannot both start a rollout of one deployment', async () => {
    await using other = await openDatabase({ directory, readers: 0 });
    const starts = [database, other].map((writer, which) =>
      writer.write((tx) => tx.insert(rollouts, { id: `r${which}`, deployment: 'd' })),
    );
    const results = await Promise.allSettled(starts);
    expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect(results.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { code: 'conflict', data: { deployment: { code: 'validation_not_unique' } } },
    });
  });
});

describe('a row', () => {
  beforeEach(async () => {
    await database.write((tx) => tx.insert(projects, { id: 'p', name: 'a' }));
  });

  test('changes only the columns given', async () => {
    await database.write((tx) => tx.update(projects, 'p', { tags: 't' }));
    await database.write((tx) => tx.update(projects, 'p', {}));
    const row = await database.write((tx) => tx.get(projects, 'p'));
    expect(row).toMatchObject({ name: 'a', tags: 't' });
  });

  test('is found by its columns, in the order of insertion', async () => {
    await database.write((tx) => tx.insert(projects, { id: 'b', name: 'a' }));
    const found = await database.write((tx) => tx.find(projects, { name: 'a', tags: '' }));
    expect(found.map(({ id }) => id)).toEqual(['p', 'b']);
    expect(await database.write((tx) => tx.find(projects, {}))).toHaveLength(2);
  });

  test('that is not there cannot change or go', async () => {
    const missing = { code: 'not_found' };
    const update = database.write((tx) => tx.update(projects, 'x', { name: 'b' }));
    await expect(update).rejects.toMatchObject(missing);
    await expect(database.write((tx) => tx.delete(projects, 'x'))).rejects.toMatchObject(missing);
    await database.write((tx) => tx.delete(projects, 'p'));
    expect(await database.write((tx) => tx.get(projects, 'p'))).toBeUndefined();
  });

  test('with a taken id is a conflict that names it', async () => {
    const twice = database.write((tx) => tx.insert(projects, { id: 'p' }));
    await expect(twice).rejects.toMatchObject({
      code: 'conflict',
      data: { id: { code: 'validation_not_unique' } },
    });
  });

  test('names the columns of an index over an expression', async () => {
    const indexes = ['CREATE UNIQUE INDEX low ON projects (lower(name))'];
    const indexed = { ...projects, indexes };
    await database.write((tx) => tx.collections.save(indexed, projects));
    const twice = database.write((tx) => tx.insert(indexed, { id: 'q', name: 'A' }));
    await expect(twice).rejects.toMatchObject({ code: 'conflict', data: { name: {} } });
  });
});

describe('a read', () => {
  test('of one id, of a page, and inside a transaction give the same row', async () => {
    await database.write((tx) => tx.insert(projects, { id: 'p', name: 'a' }));
    const byId: Query = {
      ...named('a'),
      where: {
        kind: 'equal',
        left: { kind: 'column', alias: 'projects', column: 'id' },
        right: { kind: 'value', value: 'p' },
      },
    };
    const [row] = (await database.find(byId, ONE)).rows;
    expect(row).toMatchObject({ id: 'p', name: 'a' });
    expect((await database.find(named('a'), ALL)).rows).toEqual([row]);
    expect(await database.write((tx) => tx.query(byId, ONE).rows)).toEqual([row]);
  });

  test('that makes no sense is invalid, in a thread and outside', async () => {
    const nonsense: Query = { ...named('a'), table: 'nowhere' };
    await expect(database.find(nonsense, ALL)).rejects.toMatchObject({ code: 'invalid' });
    const inside = database.write((tx) => tx.query(nonsense, ALL));
    await expect(inside).rejects.toMatchObject({ code: 'invalid' });
  });

  test('ends when nobody waits for it', async () => {
    const gone = AbortSignal.abort(new Error('gone'));
    await expect(database.find(named('a'), ALL, gone)).rejects.toThrow('gone');
  });
});

test('keeps secrets and tombstones of the platform', async () => {
  const secrets = [{ name: 'env:A', sealed: 'x' }];
  const tombstone = { projectId: 'p', deleteData: false };
  await database.write(({ platform }) => {
    platform.putSecrets('r', secrets);
    platform.putTombstone(tombstone);
  });
  expect(await database.secrets('r')).toEqual(secrets);
  expect(await database.tombstones()).toEqual([tombstone]);
});

test('takes nothing more once it is closed', async () => {
  await database.close();
  await expect(database.write(() => 1)).rejects.toMatchObject({ code: 'unavailable' });
  database = await openDatabase({ directory, readers: 0 });
});
