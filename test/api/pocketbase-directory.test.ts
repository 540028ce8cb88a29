import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from '@davit/server';
import type { Server } from '@davit/server';
import PocketBase from 'pocketbase';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { NO_POCKETBASE, startPocketBase } from './pocketbase-binary.ts';
import { serveConfig } from './server.ts';

const FIXTURE = new URL('../fixtures/pocketbase/data', import.meta.url);
const PASSWORD = '1234567890';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'davit-taken-over-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

async function withDavit<T>(use: (url: string, server: Server) => Promise<T>): Promise<T> {
  const server = await createServer(serveConfig(dir));
  try {
    return await use(server.url, server);
  } finally {
    await server.close();
  }
}

async function withPocketBase<T>(use: (url: string) => Promise<T>): Promise<T> {
  const process = await startPocketBase(dir);
  try {
    return await use(process.url);
  } catch (error) {
    throw new Error(`with PocketBase, which said: ${process.output()}`, { cause: error });
  } finally {
    await process.stop();
  }
}

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
