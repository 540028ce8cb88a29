import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPasswordHasher, createTokenSigner } from '@davit/auth';
import type { JsonObject, Logger } from '@davit/domain';
import { openDatabase } from '@davit/sqlite';
import { openRecords, type AuthRecord, type Records, type RequestInfo } from './index.ts';
import type { RecordsOptions } from './records.ts';

export const silentLogger: Logger = { log: () => undefined, with: () => silentLogger };

export interface TestRecords extends AsyncDisposable {
  records: Records;
}

/** Records on a real, new database, without One-Click's collections. */
export async function openTestRecords(options: Partial<RecordsOptions> = {}): Promise<TestRecords> {
  const directory = await mkdtemp(join(tmpdir(), 'davit-records-'));
  const store = await openDatabase({ directory, readers: 0, platform: 'off' });
  const records = await openRecords({
    store,
    hasher: createPasswordHasher({ scheme: 'argon2id' }),
    tokens: createTokenSigner(),
    logger: silentLogger,
    ...options,
  });
  return {
    records,
    async [Symbol.asyncDispose]() {
      await records.close();
      await store.close();
      await rm(directory, { recursive: true });
    },
  };
}

export function aRequest(overrides: Partial<RequestInfo> = {}): RequestInfo {
  return {
    context: 'default',
    method: 'GET',
    query: {},
    headers: {},
    body: {},
    ip: '127.0.0.1',
    ...overrides,
  };
}

export function withBody(body: JsonObject, auth?: AuthRecord): RequestInfo {
  return aRequest({ method: 'POST', body, auth });
}

/** An account of `users`, signed in. */
export async function aUser(records: Records, name: string): Promise<AuthRecord> {
  const record = await records.save('users', {
    email: `${name}@example.com`,
    password: 'correct horse',
    name,
  });
  return { collection: records.collections.get('users'), record, superuser: false };
}

export async function aSuperuser(records: Records): Promise<AuthRecord> {
  const record = await records.superusers.upsert('root@example.com', 'correct horse');
  return { collection: records.collections.get('_superusers'), record, superuser: true };
}

/** Collections most tests start from: public `posts` with an owner, and their comments. */
export async function createBlog(records: Records): Promise<void> {
  const users = records.collections.get('users').id;
  await records.collections.create({
    name: 'posts',
    listRule: '',
    viewRule: '',
    createRule: '@request.body.title != "forbidden"',
    updateRule: 'owner = @request.auth.id',
    deleteRule: 'owner = @request.auth.id',
    fields: [
      { name: 'title', type: 'text', required: true, max: 20 },
      { name: 'slug', type: 'text' },
      { name: 'views', type: 'number' },
      { name: 'tags', type: 'select', values: ['a', 'b', 'c'], maxSelect: 3 },
      { name: 'owner', type: 'relation', collectionId: users },
      { name: 'secret', type: 'text', hidden: true },
      { name: 'created', type: 'autodate', onCreate: true },
      { name: 'updated', type: 'autodate', onCreate: true, onUpdate: true },
    ],
    indexes: ["CREATE UNIQUE INDEX `idx_slug` ON `posts` (`slug`) WHERE `slug` != ''"],
  });
  await records.collections.create({
    name: 'comments',
    listRule: '',
    viewRule: '',
    fields: [
      { name: 'text', type: 'text' },
      {
        name: 'post',
        type: 'relation',
        collectionId: records.collections.get('posts').id,
        cascadeDelete: true,
      },
    ],
  });
}
