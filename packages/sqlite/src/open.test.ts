import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Collection } from '@davit/domain';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { SqliteDatabase } from './database.ts';
import type { OpenOptions } from './open.ts';
import { openDatabase } from './open.ts';

const fixture = new URL('../../../test/fixtures/pocketbase/', import.meta.url);
const now = (): Date => new Date('2026-01-02T03:04:05.678Z');

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'davit-open-'));
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

function open(options: Partial<OpenOptions> = {}): Promise<SqliteDatabase> {
  return openDatabase({ directory, readers: 0, now, ...options });
}

/** Every statement of the schema but Davit's own and the statistics. */
function schemaOf(file: string): string {
  using db = closing(new Sqlite(join(directory, file), { readonly: true }));
  const statements = db.connection
    .prepare<[], string>(
      `SELECT sql || ';' FROM sqlite_schema
       WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '%davit_%' ORDER BY rowid`,
    )
    .pluck()
    .all();
  return `${statements.join('\n')}\n`;
}

function closing(connection: Sqlite.Database): Disposable & { connection: Sqlite.Database } {
  return { connection, [Symbol.dispose]: () => void connection.close() };
}

function fixtureText(name: string): string {
  return readFileSync(new URL(name, fixture), 'utf8');
}

async function collectionNamed(database: SqliteDatabase, name: string): Promise<Collection> {
  const collections = await database.loadCollections();
  return collections.find((collection) => collection.name === name)!;
}

describe('a new directory', () => {
  test('has the schema PocketBase makes, to the letter', async () => {
    await (await open({ platform: 'off' })).close();
    expect(schemaOf('data.db')).toBe(fixtureText('fresh/data.sql'));
    expect(schemaOf('auxiliary.db')).toBe(fixtureText('fresh/auxiliary.sql'));
  });

  test('has the collections PocketBase makes, with secrets of its own', async () => {
    await using database = await open({ platform: 'off' });
    const collections = await database.loadCollections();
    const secrets: unknown[] = [];
    const blanked = JSON.parse(
      JSON.stringify(collections, (key, value: unknown) => {
        if (key === 'created' || key === 'updated') return undefined;
        if (key !== 'secret') return value;
        secrets.push(value);
        return '';
      }),
    ) as unknown;
    expect(blanked).toEqual(JSON.parse(fixtureText('fresh/collections.json')));
    expect(new Set(secrets).size).toBe(10);
    for (const secret of secrets) expect(secret).toMatch(/^[a-zA-Z0-9]{50}$/);
  });

  test('names the migrations PocketBase would run', async () => {
    await (await open()).close();
    using db = closing(new Sqlite(join(directory, 'data.db')));
    const files = db.connection.prepare('SELECT file FROM _migrations').pluck().all();
    expect(files).toHaveLength(8);
    expect(files).toContain('1778828400_normalize_indexes.go');
  });

  test('has the platform, and nobody can register', async () => {
    await using database = await open();
    const collections = await database.loadCollections();
    expect(collections.map(({ name }) => name).slice(6)).toEqual([
      'projects',
      'deployments',
      'rollouts',
      'blueprints',
      'autoUpdates',
    ]);
    expect(database).toMatchObject({ origin: 'davit', platform: true });
    expect(await collectionNamed(database, 'users')).toMatchObject({
      createRule: null,
      listRule: expect.stringContaining('@collection.blueprints') as string,
    });
  });

  test('stays the same when it is opened again', async () => {
    await (await open()).close();
    const schema = schemaOf('data.db');
    await using database = await open();
    expect(database.origin).toBe('davit');
    expect(await database.installationId()).toBe(await database.installationId());
    expect(schemaOf('data.db')).toBe(schema);
  });
});

describe('a directory of PocketBase', () => {
  beforeEach(() => {
    for (const file of ['data.db', 'auxiliary.db']) {
      cpSync(new URL(`data/${file}`, fixture), join(directory, file));
    }
  });

  test('gets no collections', async () => {
    const schema = schemaOf('data.db');
    await using database = await open();
    expect(database).toMatchObject({ origin: 'pocketbase', platform: false });
    expect(schemaOf('data.db')).toBe(schema);
    expect(await database.loadCollections()).toHaveLength(16);
  });

  test('gets the platform when it is asked for, once', async () => {
    await using database = await open();
    await database.enablePlatform();
    await database.enablePlatform();
    expect(database.platform).toBe(true);
    expect(await database.loadCollections()).toHaveLength(16 + 5);
    const users = await collectionNamed(database, 'users');
    expect(users).toMatchObject({ createRule: '', listRule: null });
  });

  test('keeps a collection whose name the platform wants', async () => {
    await using database = await open();
    const demo = await collectionNamed(database, 'demo2');
    const taken = { ...demo, id: 'taken', name: 'Rollouts', indexes: [] };
    await database.write((tx) => tx.collections.save(taken, undefined));
    await database.enablePlatform();
    expect((await collectionNamed(database, 'Rollouts')).id).toBe('taken');
    const ours = await collectionNamed(database, 'davit_rollouts');
    expect(ours.indexes).toEqual([expect.stringContaining('ON `davit_rollouts`')]);
  });

  test('reads settings and writes them as PocketBase does', async () => {
    await using database = await open();
    expect(await database.getParam('settings')).toMatchObject({ meta: { appName: 'acme_test' } });
    await database.setParam('settings', { meta: { appName: 'ours' } });
    expect(await database.getParam('settings')).toEqual({ meta: { appName: 'ours' } });
    expect(await database.getParam('missing')).toBeUndefined();
    using db = closing(new Sqlite(join(directory, 'data.db')));
    const type = `SELECT typeof(value) FROM _params WHERE id = 'settings'`;
    expect(db.connection.prepare(type).pluck().get()).toBe('blob');
  });

  test('gets single quotes around text in its views and indexes', async () => {
    const old = new DatabaseSync(join(directory, 'data.db'), {
      enableDoubleQuotedStringLiterals: true,
    });
    old.exec(`CREATE VIEW quoted AS SELECT id FROM demo2 WHERE title = "test1"`);
    old.exec(`CREATE INDEX quoted_index ON demo2 (title) WHERE title != "none"`);
    old.close();
    await using database = await open();
    const demo = await collectionNamed(database, 'demo2');
    const renamed = demo.fields.map((field) =>
      field.name === 'title' ? { ...field, name: 'heading' } : field,
    );
    const indexes = demo.indexes.map((statement) => statement.replaceAll('title', 'heading'));
    await database.write((tx) => tx.collections.save({ ...demo, fields: renamed, indexes }, demo));
    expect(schemaOf('data.db')).toContain(`"heading" = 'test1'`);
  });
});

test('an older PocketBase has to be upgraded by PocketBase', async () => {
  const db = new Sqlite(join(directory, 'data.db'));
  db.exec('CREATE TABLE _collections (id TEXT, schema JSON)');
  db.close();
  await expect(open()).rejects.toMatchObject({ code: 'unsupported' });
});

test("One-Click's own collections gain fields, and all but the newest running rollout end", async () => {
  await (await open()).close();
  const db = new Sqlite(join(directory, 'data.db'));
  db.exec('DROP INDEX idx_rollouts_running; ALTER TABLE rollouts DROP COLUMN cause');
  db.exec(
    `UPDATE _collections SET indexes = '[]', fields = (
       SELECT json_group_array(json(value)) FROM json_each(fields) WHERE value ->> 'name' != 'cause'
     ) WHERE name = 'rollouts'`,
  );
  const insert = db.prepare('INSERT INTO rollouts (id, deployment, startDate) VALUES (?, ?, ?)');
  insert.run('old', 'd1', '2024-01-01 00:00:00.000Z');
  insert.run('new', 'd1', '2025-01-01 00:00:00.000Z');
  insert.run('other', 'd2', '');
  db.close();

  await using database = await open();
  const rollouts = await collectionNamed(database, 'rollouts');
  const running = await database.write((tx) => tx.find(rollouts, { endDate: '' }));
  expect(running.map((row) => row['id'])).toEqual(['new', 'other']);
  expect(rollouts.fields.map(({ name }) => name)).toContain('cause');
  const second = { id: 'again', deployment: 'd2' };
  await expect(database.write((tx) => tx.insert(rollouts, second))).rejects.toMatchObject({
    code: 'conflict',
    data: { deployment: { code: 'validation_not_unique' } },
  });
});
