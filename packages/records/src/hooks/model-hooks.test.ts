import { AppError } from '@davit/domain';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { HookName, Records } from '../index.ts';
import {
  createBlog,
  openTestRecords,
  withBody,
  type TestRecords,
} from '../open-records.fixture.ts';
import { HOOK_NAMES } from './hook-events.ts';

let opened: TestRecords;
let records: Records;
let seen: string[];

beforeEach(async () => {
  opened = await openTestRecords();
  records = opened.records;
  await createBlog(records);
  seen = [];
});
afterEach(() => opened[Symbol.asyncDispose]());

/** Notes when a hook begins and when what is inside of it has ended. */
function note(...names: HookName[]): void {
  for (const name of names) {
    const register = records.hooks[name] as (
      handler: (event: { next(): unknown; collection?: { name: string } }) => unknown,
    ) => string;
    const isSync = name.endsWith('Execute');
    register((e) => {
      seen.push(`${name} ${e.collection?.name ?? ''}`);
      const rest = e.next();
      return isSync ? rest : Promise.resolve(rest).then(() => void seen.push(`/${name}`));
    });
  }
}

test('names every hook once', () => {
  expect(new Set(HOOK_NAMES).size).toBe(HOOK_NAMES.length);
  for (const name of HOOK_NAMES) expect(records.hooks[name]).toBeTypeOf('function');
});

test('runs model hooks around record hooks, and both around checks and the write', async () => {
  note('onModelCreate', 'onRecordCreate', 'onModelValidate', 'onRecordValidate');
  note('onModelCreateExecute', 'onRecordCreateExecute', 'onModelAfterCreateSuccess');
  await records.create('posts', withBody({ title: 'a' }));
  expect(seen).toEqual([
    'onModelCreate posts',
    'onRecordCreate posts',
    'onModelValidate posts',
    'onRecordValidate posts',
    '/onRecordValidate',
    '/onModelValidate',
    'onModelCreateExecute posts',
    'onRecordCreateExecute posts',
    '/onRecordCreate',
    '/onModelCreate',
    'onModelAfterCreateSuccess posts',
    '/onModelAfterCreateSuccess',
  ]);
});

test('checks what a handler has put in, and hashes a password of its', async () => {
  records.hooks.onRecordCreate(
    (e) => {
      e.record.title = 'much too long for this field';
      return e.next();
    },
    { tags: ['posts'] },
  );
  const refused = records.create('posts', withBody({ title: 'a' }));
  await expect(refused).rejects.toMatchObject({ data: { title: {} } });
  records.hooks.onRecordCreate(
    (e) => {
      e.record.password = 'chosen by the host';
      return e.next();
    },
    { tags: ['users'] },
  );
  const user = await records.save('users', { email: 'a@example.com', password: 'by the caller' });
  expect(user.password).toMatch(/^\$/);
  const request = withBody({});
  const credentials = { identity: 'a@example.com', password: 'chosen by the host' };
  expect(await records.auth.signInWithPassword('users', credentials, request)).toHaveProperty(
    'token',
  );
});

test('waits for handlers of what a removal takes along, in its transaction', async () => {
  const post = await records.save('posts', { title: 'a' });
  await records.save('comments', { post: post.id, text: 'x' });
  records.hooks.onRecordDelete(async (e) => {
    await new Promise((resolve) => setImmediate(resolve));
    seen.push(`${e.collection.name} ${(await records.find('comments')).length}`);
    await e.next();
  });
  await records.remove('posts', post.id);
  expect(seen).toEqual(['posts 1', 'comments 1']);
  expect(await records.find('comments')).toEqual([]);
});

test('undoes a whole removal when a handler refuses a part of it, and reports all of it', async () => {
  const post = await records.save('posts', { title: 'a' });
  await records.save('comments', { post: post.id, text: 'x' });
  records.hooks.onRecordDelete(
    () => {
      throw new AppError('invalid', 'Comments stay.');
    },
    { tags: ['comments'], id: 'keep' },
  );
  note('onRecordAfterDeleteError', 'onRecordAfterDeleteSuccess');
  await expect(records.remove('posts', post.id)).rejects.toThrow('Comments stay.');
  expect(await records.get('posts', post.id)).toBeDefined();
  expect(seen).toEqual(['onRecordAfterDeleteError posts', '/onRecordAfterDeleteError']);
  expect(records.hooks.off('keep')).toBe(true);
  await records.remove('posts', post.id);
  expect(await records.find('comments')).toEqual([]);
});

test('makes the rest of a chain part of the transaction it is called in', async () => {
  records.hooks.onRecordCreateRequest((e) =>
    records.transaction(async () => {
      await records.save('comments', { text: 'beside it' });
      await e.next();
      throw new AppError('invalid', 'Not after all.');
    }),
  );
  note('onRecordAfterCreateSuccess', 'onRecordAfterCreateError');
  await expect(records.create('posts', withBody({ title: 'a' }))).rejects.toThrow('Not after all.');
  expect(await records.find('posts')).toEqual([]);
  expect(await records.find('comments')).toEqual([]);
  expect(seen.filter((entry) => !entry.startsWith('/'))).toEqual([
    'onRecordAfterCreateError comments',
    'onRecordAfterCreateError posts',
  ]);
});

test('takes collections back with their transaction', async () => {
  note('onCollectionAfterCreateError', 'onCollectionAfterCreateSuccess');
  const attempt = records.transaction(async (tx) => {
    await records.collections.create({ name: 'short', fields: [{ name: 'a', type: 'text' }] });
    await tx.save('short', { a: 'b' });
    throw new Error('no');
  });
  await expect(attempt).rejects.toThrow('no');
  expect(records.collections.find('short')).toBeUndefined();
  expect(seen[0]).toBe('onCollectionAfterCreateError short');
  await records.collections.create({ name: 'short' });
  expect(seen).toContain('onCollectionAfterCreateSuccess short');
});

test('keeps and announces what is stored when a handler fails afterwards', async () => {
  records.hooks.onRecordCreate(async (e) => {
    await e.next();
    throw new AppError('invalid', 'Too late.');
  });
  note('onRecordAfterCreateSuccess', 'onRecordAfterCreateError');
  await expect(records.save('posts', { title: 'a' })).rejects.toThrow('Too late.');
  expect(await records.find('posts')).toHaveLength(1);
  expect(seen[0]).toBe('onRecordAfterCreateSuccess posts');
});

test('stores nothing and tells nobody where a handler does not continue', async () => {
  note('onRecordAfterCreateSuccess', 'onRecordAfterCreateError');
  records.hooks.onRecordCreateExecute(() => undefined);
  await records.save('posts', { title: 'a' });
  expect(await records.find('posts')).toEqual([]);
  expect(seen).toEqual([]);
});
