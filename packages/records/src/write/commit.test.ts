import { AppError } from '@davit/domain';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  aSuperuser,
  createBlog,
  openTestRecords,
  withBody,
  type TestRecords,
} from '../open-records.fixture.ts';
import type { Records } from '../index.ts';

let opened: TestRecords;
let records: Records;

beforeEach(async () => {
  opened = await openTestRecords();
  records = opened.records;
  await createBlog(records);
});
afterEach(() => opened[Symbol.asyncDispose]());

test('commits a step together with the record, and announces both', async () => {
  const announced: string[] = [];
  records.hooks.onRecordAfterCreateSuccess(async (e) => {
    announced.push(e.collection.name);
    await e.next();
  });
  records.hooks.onRecordCreateRequest(
    async (e) => {
      e.record.title = `${e.record.title as string}!`;
      e.commit((tx) => void tx.save('comments', { text: 'first' }));
      await e.next();
      announced.push('answered');
    },
    { tags: ['posts'] },
  );
  const post = await records.create('posts', withBody({ title: 'Hello' }));
  expect(post.title).toBe('Hello!');
  expect(await records.find('comments')).toMatchObject([{ text: 'first' }]);
  expect(announced).toEqual(['comments', 'posts', 'answered']);
});

test('stores nothing when a step refuses', async () => {
  records.hooks.onRecordCreateRequest(async (e) => {
    e.commit((tx) => {
      tx.save('comments', { text: 'lost' });
      throw new AppError('conflict', 'Not now.');
    });
    await e.next();
  });
  await expect(records.create('posts', withBody({ title: 'a' }))).rejects.toMatchObject({
    code: 'conflict',
    message: 'Not now.',
  });
  expect(await records.find('posts')).toEqual([]);
  expect(await records.find('comments')).toEqual([]);
});

test('keeps a failing write from harming the ones it shares a commit with', async () => {
  await records.save('posts', { title: 'taken', slug: 's' });
  const writes = await Promise.allSettled([
    records.create('posts', withBody({ title: 'one' })),
    records.create('posts', withBody({ title: 'two', slug: 's' })),
    records.create('posts', withBody({ title: 'three' })),
  ]);
  expect(writes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(await records.find('posts')).toHaveLength(3);
});

test('shows commit hooks the transaction of every save', async () => {
  records.hooks.onRecordUpdateExecute(
    (e) => {
      e.record.views = e.tx.find('comments', { post: e.record.id }).length;
      e.next();
    },
    { tags: ['posts'] },
  );
  const post = await records.save('posts', { title: 'a' });
  await records.save('comments', { post: post.id });
  await records.commit((tx) => tx.save('posts', { id: post.id, title: 'b' }));
  expect(await records.get('posts', post.id)).toMatchObject({ title: 'b', views: 1 });
});

test('rolls back everything in a failed transaction, and tells nobody', async () => {
  const root = await aSuperuser(records);
  const announced: string[] = [];
  records.hooks.onRecordAfterCreateSuccess((e) => {
    announced.push(e.record.id);
    return e.next();
  });
  const attempt = records.transaction(async (tx) => {
    const post = await tx.create('posts', withBody({ title: 'a' }));
    expect(await tx.get('posts', post.id as string)).toBeDefined();
    await tx.create('comments', withBody({ post: post.id as string, text: 'x' }, root));
    await tx.create('posts', withBody({ title: '' }));
  });
  await expect(attempt).rejects.toMatchObject({ message: 'Failed to create record.' });
  expect(await records.find('posts')).toEqual([]);
  expect(announced).toEqual([]);
});

test('tells of everything once a transaction is committed', async () => {
  const announced: string[] = [];
  records.hooks.onRecordAfterCreateSuccess((e) => {
    announced.push(e.record.title as string);
    return e.next();
  });
  await records.transaction(async (tx) => {
    await tx.save('posts', { title: 'a' });
    await tx.save('posts', { title: 'b' });
    expect(announced).toEqual([]);
  });
  expect(announced).toEqual(['a', 'b']);
});

test('refuses an id that another account has', async () => {
  const user = await records.save('users', { email: 'a@example.com', password: 'correct horse' });
  const clash = records.save('_superusers', {
    id: user.id,
    email: 'b@example.com',
    password: 'correct horse',
  });
  await expect(clash).rejects.toMatchObject({
    data: { id: { code: 'validation_invalid_auth_id' } },
  });
});
