import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { gunzipSync } from 'node:zlib';
import { createServer } from '@davit/server';
import PocketBase from 'pocketbase';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { snapshot } from './directory-snapshot.ts';
import type { DirectorySnapshot } from './directory-snapshot.ts';
import { NO_POCKETBASE, startPocketBase } from './pocketbase-binary.ts';
import { serveConfig } from './server.ts';

const OLD = new URL('../fixtures/pocketbase/old/', import.meta.url);
const KEY = 'abcdefghijklmnopqrstuvwxyz012345';
const PASSWORD = '1234567890';
const VERSIONS = ['0.22', '0.22-tests', '0.23', '0.28', '0.36'];

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'davit-old-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

describe.each(VERSIONS)('a directory of PocketBase %s', (version) => {
  const encryptionKey = version === '0.22' ? KEY : '';

  beforeEach(async () => {
    const packed = await readFile(new URL(`${version}.db.gz`, OLD));
    await writeFile(join(dir, 'data.db'), gunzipSync(packed));
  });

  test('becomes what the current PocketBase makes of it', async () => {
    const server = await createServer({
      ...serveConfig(dir),
      ...(encryptionKey && { encryptionKey }),
    });
    await server.close();
    const made = meaningOf(snapshot(join(dir, 'data.db'), encryptionKey));
    const text = await readFile(new URL(`${version}.expected.json`, OLD), 'utf8');
    const wanted = meaningOf(JSON.parse(text) as DirectorySnapshot);
    expect(made.schema).toEqual(wanted.schema);
    expect(made.migrations).toEqual(wanted.migrations);
    expect(made.collections).toEqual(wanted.collections);
    expect(made.records).toEqual(wanted.records);
    expect(wanted.settings).toMatchObject(made.settings as object);
  });

  test.skipIf(NO_POCKETBASE !== '')('and that PocketBase finds nothing left to do', async () => {
    const config = { ...serveConfig(dir), ...(encryptionKey && { encryptionKey }) };
    await (await createServer(config)).close();
    const before = snapshot(join(dir, 'data.db'), encryptionKey);
    await (await startPocketBase(dir, encryptionKey)).stop();
    const after = snapshot(join(dir, 'data.db'), encryptionKey);
    expect(after).toEqual(before);
  });

  test('is opened again without a change', async () => {
    const open = async (): Promise<DirectorySnapshot> => {
      const config = { ...serveConfig(dir), ...(encryptionKey && { encryptionKey }) };
      await (await createServer(config)).close();
      return snapshot(join(dir, 'data.db'), encryptionKey);
    };
    expect(await open()).toEqual(await open());
  });
});

describe('a directory of PocketBase 0.22 with encrypted settings', () => {
  const opened = (): ReturnType<typeof createServer> =>
    createServer({ ...serveConfig(dir), encryptionKey: KEY });

  beforeEach(async () => {
    const packed = await readFile(new URL('0.22.db.gz', OLD));
    await writeFile(join(dir, 'data.db'), gunzipSync(packed));
    await writeFile(join(dir, 'logs.db'), '');
  });

  test('serves its admins and users, with their passwords and links', async () => {
    await using stack = new AsyncDisposableStack();
    const server = await opened();
    stack.defer(() => server.close());
    const root = new PocketBase(server.url);
    await root.collection('_superusers').authWithPassword('root@example.com', PASSWORD);
    const [all] = await root
      .collection('everything')
      .getFullList({ expand: 'owners,tag', sort: 'created' });
    expect(all).toMatchObject({
      data: { a: [1, 2.5, null], b: { c: 'd' } },
      files: [expect.stringMatching(/^two_/), expect.stringMatching(/^three_/)],
      expand: { tag: { label: 'red' }, owners: [{ username: 'ann' }, { username: 'bob' }] },
    });
    expect(await root.collection('quoted').getFullList()).toMatchObject([{ label: 'red' }]);
    expect(await root.collection('members').listExternalAuths('membermember000')).toMatchObject([
      { provider: 'google', providerId: 'g-1' },
    ]);
    const ann = await new PocketBase(server.url)
      .collection('members')
      .authWithPassword('ANN', PASSWORD);
    expect(ann.record).toMatchObject({ email: 'ann@example.com', verified: true });
    expect(existsSync(join(dir, 'logs.db'))).toBe(false);
  });

  test('is left as it was where the key is missing', async () => {
    await expect(createServer(serveConfig(dir))).rejects.toMatchObject({ code: 'invalid' });
    expect(tablesOf(join(dir, 'data.db'))).toContain('_admins');
    await (await opened()).close();
    expect(tablesOf(join(dir, 'data.db'))).toContain('_superusers');
  });

  test('is left as it was when the process is killed in the middle', async () => {
    // the views come last, just before the commit
    const script = `
      import { openDatabase } from '@davit/sqlite';
      import { createSecretBox } from '@davit/auth';
      const upgrade = {
        settingsBox: createSecretBox(Buffer.from('${KEY}')),
        viewFields: () => process.kill(process.pid, 'SIGKILL'),
      };
      await openDatabase({ directory: ${JSON.stringify(dir)}, readers: 0, upgrade });`;
    const { signal, stderr } = spawnSync(
      process.execPath,
      ['--input-type=module', '--no-warnings', '-e', script],
      { cwd: new URL('..', import.meta.url), encoding: 'utf8' },
    );
    expect(signal, stderr).toBe('SIGKILL');
    expect(tablesOf(join(dir, 'data.db'))).toContain('_admins');
    expect(tablesOf(join(dir, 'data.db'))).not.toContain('_superusers');
    expect(existsSync(join(dir, 'logs.db'))).toBe(true);
    await (await opened()).close();
    expect(tablesOf(join(dir, 'data.db'))).toContain('_superusers');
  });
});

function tablesOf(file: string): unknown[] {
  const db = new DatabaseSync(file);
  try {
    return db
      .prepare('SELECT name FROM sqlite_schema')
      .all()
      .map(({ name }) => name);
  } finally {
    db.close();
  }
}

/** Without the time of the migration, secrets made by it, and what is the same written or left out. */
function meaningOf({
  schema,
  collections,
  settings,
  ...rest
}: DirectorySnapshot): DirectorySnapshot {
  const tidy = Object.entries(collections).map(([name, collection]) => {
    const definition: Record<string, unknown> = { ...(collection as object), updated: '' };
    if (name.startsWith('_')) definition.created = ''; // the migration makes them
    return [name, compact(definition)] as const;
  });
  return {
    ...rest,
    settings: compact(settings),
    schema: Object.fromEntries(Object.entries(schema).map(([name, sql]) => [name, sqlOf(sql)])),
    collections: Object.fromEntries(tidy),
  };
}

/** Text in double quotes is rewritten to what every SQLite reads. */
function sqlOf(sql: string): string {
  return sql
    .replaceAll(/\s+/g, ' ')
    .replaceAll('"', "'")
    .replace('cast(', 'CAST(')
    .replace('as text', 'as TEXT');
}

function compact(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(compact);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).flatMap(([key, item]) => {
    const isRandom =
      (key === 'secret' && /^\w{50}$/.test(String(item))) ||
      (key === 'id' && String(item).startsWith('_clone_'));
    const inner = compact(item);
    const isNothing = inner === '' || inner === 0 || inner === false || inner === null;
    const isEmpty = typeof inner === 'object' && inner !== null && Object.keys(inner).length === 0;
    return isRandom || isNothing || isEmpty ? [] : [[key, inner] as const];
  });
  return Object.fromEntries(entries);
}
