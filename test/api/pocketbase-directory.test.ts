import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from '@davit/server';
import type { ServeConfig, Server } from '@davit/server';
import PocketBase from 'pocketbase';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { snapshot } from './directory-snapshot.ts';
import { NO_POCKETBASE } from './pocketbase-binary.ts';
import { serveConfig } from './server.ts';
import * as turns from './taking-turns.ts';

const FIXTURE = new URL('../fixtures/pocketbase/data', import.meta.url);
const PASSWORD = '1234567890';
const KEY = 'abcdefghijklmnopqrstuvwxyz012345';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'davit-taken-over-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const withDavit = <T>(
  use: (url: string, server: Server) => Promise<T>,
  config?: Partial<ServeConfig>,
): Promise<T> => turns.withDavit(dir, use, config);
const withPocketBase = <T>(use: (url: string) => Promise<T>, key?: string): Promise<T> =>
  turns.withPocketBase(dir, use, key);

async function superuser(url: string, email: string): Promise<PocketBase> {
  const client = new PocketBase(url);
  client.autoCancellation(false);
  await client.collection('_superusers').authWithPassword(email, PASSWORD);
  return client;
}

describe.skipIf(NO_POCKETBASE !== '')(
  `taking turns${NO_POCKETBASE && `: ${NO_POCKETBASE}`}`,
  () => {
    test('PocketBase goes on with what Davit did to its directory, and Davit after it', async () => {
      await cp(FIXTURE, dir, { recursive: true });
      const [id, before] = await withDavit(async (url) => {
        const client = await superuser(url, 'test@example.com');
        await change(client, 'davit');
        const { id } = await client.collection('made_by_davit').create({
          title: 'one',
          tags: ['a', 'b'],
          point: { lon: 1, lat: 2 },
          file: new File(['text'], 'some.txt'),
        });
        return [id, await everything(client)] as const;
      });

      const after = await withPocketBase(async (url) => {
        const client = await superuser(url, 'test@example.com');
        expect(await everything(client)).toEqual(before);
        const record = await client.collection('made_by_davit').getOne(id);
        expect(record).toMatchObject({ title: 'one', tags: ['a', 'b'], point: { lon: 1, lat: 2 } });
        const file = await fetch(client.files.getURL(record, String(record.file)));
        expect([file.headers.get('content-type'), await file.text()]).toEqual([
          'text/plain; charset=utf-8',
          'text',
        ]);
        await expectPassword(url, 'davit@example.com');
        await change(client, 'pocketbase');
        await client.collection('made_by_davit').update(id, { title: 'two' });
        return everything(client);
      });

      await withDavit(async (url) => {
        const client = await superuser(url, 'test@example.com');
        expect(await everything(client)).toEqual(after);
        expect(await client.collection('made_by_davit').getOne(id)).toMatchObject({ title: 'two' });
        await expectPassword(url, 'pocketbase@example.com');
      });
    });

    test('a directory that Davit made is one for PocketBase', async () => {
      const before = await withDavit(async (url, server) => {
        await server.records.superusers.create('root@example.com', PASSWORD);
        const client = await superuser(url, 'root@example.com');
        const { token } = client.authStore;
        await change(client, 'davit');
        return { token, all: await everything(client) };
      });
      await withPocketBase(async (url) => {
        const client = new PocketBase(url);
        // its password is an argon2id hash, which PocketBase cannot check; the token is as good
        client.authStore.save(before.token);
        expect(await everything(client)).toEqual(before.all);
        await change(client, 'pocketbase');
      });
      await withDavit(async (url) => {
        const client = await superuser(url, 'root@example.com');
        expect(await client.collection('made_by_pocketbase').getFullList()).toHaveLength(1);
      });
    });

    test('tokens of the one are good at the other, and so are encrypted settings', async () => {
      await cp(FIXTURE, dir, { recursive: true });
      const signIn = async (url: string): Promise<Session> => {
        const client = new PocketBase(url);
        await client.collection('clients').authWithPassword('test@example.com', PASSWORD);
        return { token: client.authStore.token, fileToken: await client.files.getToken() };
      };
      const rename = async (url: string, before: string, after: string): Promise<void> => {
        const client = await superuser(url, 'test@example.com');
        expect(await client.settings.getAll()).toMatchObject({ meta: { appName: before } });
        const smtp = { enabled: false, host: 'localhost', port: 25, password: `of ${after}` };
        await client.settings.update({ meta: { appName: after }, smtp });
      };
      const davit = await withDavit(
        async (url) => {
          await rename(url, 'acme_test', 'by Davit');
          return signIn(url);
        },
        { encryptionKey: KEY },
      );
      const pocketbase = await withPocketBase(async (url) => {
        await expectSignedIn(url, davit);
        await rename(url, 'by Davit', 'by PocketBase');
        return signIn(url);
      }, KEY);
      await withDavit(
        async (url) => {
          await expectSignedIn(url, davit);
          await expectSignedIn(url, pocketbase);
          await rename(url, 'by PocketBase', 'by Davit again');
        },
        { encryptionKey: KEY },
      );
      const { settings } = snapshot(join(dir, 'data.db'), KEY);
      expect(settings).toMatchObject({ smtp: { password: 'of by Davit again' } });
    });

    test('every kind of field is the same on both sides, whoever wrote it', async () => {
      await cp(FIXTURE, dir, { recursive: true });
      const write = async (url: string, name: string): Promise<unknown> => {
        const client = await superuser(url, 'test@example.com');
        await client.collections.create({ name, type: 'base', fields: EVERY_FIELD });
        await client.collection(name).create({ id: 'nothing00000001' });
        const values = { ...EVERY_VALUE, file: new File(['one'], 'One File.txt') };
        await client.collection(name).create({ ...values, id: 'everything00001' });
        return everything(client);
      };
      const read = async (url: string): Promise<unknown> =>
        everything(await superuser(url, 'test@example.com'));
      const first = await withDavit((url) => write(url, 'of_davit'));
      const second = await withPocketBase(async (url) => {
        expect(await read(url)).toEqual(first);
        return write(url, 'of_pocketbase');
      });
      await withDavit(async (url) => expect(await read(url)).toEqual(second));
      const { schema, records } = snapshot(join(dir, 'data.db'));
      const ddl = schema['of_davit']?.replaceAll('of_davit', 'of_pocketbase');
      expect(ddl).toBe(schema['of_pocketbase']);
      const stored = (name: string): unknown =>
        records[name]?.map((row) => ({ ...(row as object), ...VARYING }));
      expect(stored('of_davit')).toEqual(stored('of_pocketbase'));
    });

    test('a backup of Davit is restored by PocketBase', async () => {
      await cp(FIXTURE, dir, { recursive: true });
      await withDavit(async (url) => {
        const client = await superuser(url, 'test@example.com');
        await change(client, 'davit');
        await client.backups.create('of_davit.zip');
        await client.collection('made_by_davit').create({ title: 'too late' });
      });
      await withPocketBase(async (url) => {
        const client = await superuser(url, 'test@example.com');
        expect(await client.collection('made_by_davit').getFullList()).toHaveLength(2);
        await client.backups.restore('of_davit.zip');
        await expect
          .poll(() => titles(url).catch(String), { timeout: 20_000, interval: 200 })
          .toEqual(['davit']);
      });
    });

    test('a backup of PocketBase is restored by Davit', async () => {
      await cp(FIXTURE, dir, { recursive: true });
      await withPocketBase(async (url) => {
        const client = await superuser(url, 'test@example.com');
        await change(client, 'davit');
        await client.backups.create('of_pocketbase.zip');
        await client.collection('made_by_davit').create({ title: 'too late' });
      });
      const restarted = Promise.withResolvers<void>();
      const server = await createServer(serveConfig(dir), { restart: restarted.resolve });
      try {
        const client = await superuser(server.url, 'test@example.com');
        expect(await client.collection('made_by_davit').getFullList()).toHaveLength(2);
        await client.backups.restore('of_pocketbase.zip');
        await restarted.promise;
      } finally {
        await server.close();
      }
      await withDavit(async (url) => expect(await titles(url)).toEqual(['davit']));
    });

    test('a directory that PocketBase has just made is one for Davit', async () => {
      await withPocketBase(() => Promise.resolve());
      const before = await withDavit(async (url, server) => {
        await server.records.superusers.create('root@example.com', PASSWORD);
        const client = await superuser(url, 'root@example.com');
        await change(client, 'davit');
        return everything(client);
      });
      await withPocketBase(async (url) => {
        expect(await everything(await superuser(url, 'root@example.com'))).toEqual(before);
      });
    });
  },
);

interface Session {
  token: string;
  fileToken: string;
}

async function expectSignedIn(url: string, { token, fileToken }: Session): Promise<void> {
  const client = new PocketBase(url);
  client.authStore.save(token);
  const { record } = await client.collection('clients').authRefresh();
  expect(record).toMatchObject({ email: 'test@example.com' });
  // a token for files says no more than who it is: a wrong one is as good as none
  expect(fileToken.split('.')).toHaveLength(3);
}

async function titles(url: string): Promise<string[]> {
  const client = await superuser(url, 'test@example.com');
  const records = await client.collection('made_by_davit').getFullList<{ title: string }>();
  return records.map(({ title }) => title);
}

/** differs between two records however they are written */
const VARYING = { created: '', updated: '', file: '', made: '' };

const EVERY_FIELD = [
  { name: 'text', type: 'text', pattern: '^[a-z]*$', autogeneratePattern: '' },
  { name: 'number', type: 'number', min: -10, max: 1e9 },
  { name: 'whole', type: 'number', onlyInt: true },
  { name: 'bool', type: 'bool' },
  { name: 'email', type: 'email', onlyDomains: ['example.com'] },
  { name: 'url', type: 'url' },
  { name: 'editor', type: 'editor' },
  { name: 'date', type: 'date', min: '2000-01-01 00:00:00.000Z' },
  { name: 'made', type: 'autodate', onCreate: true },
  { name: 'one', type: 'select', values: ['a', 'b'] },
  { name: 'many', type: 'select', values: ['a', 'b', 'c'], maxSelect: 3 },
  { name: 'owner', type: 'relation', collectionId: '_pb_users_auth_' },
  { name: 'owners', type: 'relation', collectionId: '_pb_users_auth_', maxSelect: 2 },
  { name: 'file', type: 'file' },
  { name: 'files', type: 'file', maxSelect: 3 },
  { name: 'json', type: 'json' },
  { name: 'point', type: 'geoPoint' },
];

const EVERY_VALUE = {
  text: 'abc',
  number: 1234567.125,
  whole: -3,
  bool: true,
  email: 'me@example.com',
  url: 'https://example.com/?a=<b>&c',
  editor: '<p>"a" & \u2028 ü 𝕏</p>',
  date: '2024-02-29T23:59:59.5Z',
  one: 'b',
  many: ['c', 'a'],
  owner: '4q1xlclmfloku33',
  owners: ['oap640cot4yru2s', '4q1xlclmfloku33'],
  json: { z: 1.0, a: [null, true, 1e21, 0.1, '<\u2028>'], n: { b: 1, a: 12345678901234567890 } },
  point: { lon: -12.5, lat: 89.25 },
};

/** The right password is the first of two factors there. */
async function expectPassword(url: string, email: string): Promise<void> {
  const signIn = new PocketBase(url).collection('users').authWithPassword(email, PASSWORD);
  await expect(signIn).rejects.toMatchObject({
    status: 401,
    response: { mfaId: expect.any(String) as string },
  });
}

/** A collection, a view on it, a renamed field, a record and an account. */
async function change(client: PocketBase, by: string): Promise<void> {
  const name = `made_by_${by}`;
  const { id } = await client.collections.create({
    name,
    type: 'base',
    listRule: '',
    viewRule: '',
    fields: [
      { name: 'heading', type: 'text', max: 50 },
      { name: 'tags', type: 'select', values: ['a', 'b', 'c'], maxSelect: 3 },
      { name: 'point', type: 'geoPoint' },
      { name: 'file', type: 'file' },
      { name: 'created', type: 'autodate', onCreate: true },
    ],
    indexes: [`CREATE INDEX idx_${by} ON ${name} (heading) WHERE heading != ''`],
  });
  const { fields, indexes } = await client.collections.getOne(id);
  await client.collections.update(id, {
    fields: fields.map((field) => (field.name === 'heading' ? { ...field, name: 'title' } : field)),
    indexes: indexes.map((index) => index.replaceAll('heading', 'title')),
  });
  await client.collections.create({
    name: `${name}_view`,
    type: 'view',
    viewQuery: `SELECT id, title, created FROM ${name}`,
  });
  await client.collection(name).create({ title: by, tags: ['c'] });
  await client.collection('users').create({
    email: `${by}@example.com`,
    password: PASSWORD,
    passwordConfirm: PASSWORD,
  });
}

/** Every collection with its records; what is random about views left out. */
async function everything(client: PocketBase): Promise<unknown> {
  const collections = await client.collections.getFullList({ sort: 'name' });
  const all = collections.map(async ({ fields, ...collection }) => {
    const named = fields.map((field) => ({ ...field, id: field.id.replace(/^_clone_.*/, '') }));
    const records = await client.collection(collection.id).getFullList();
    const sorted = records.sort((a, b) => (a.id < b.id ? -1 : 1));
    // a superuser's sign-in is remembered, by each of the two in its own time
    const isOrigins = collection.name === '_authOrigins';
    return { ...collection, fields: named, records: isOrigins ? [] : sorted };
  });
  return Promise.all(all);
}
