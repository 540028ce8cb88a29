import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  aRequest,
  aSuperuser,
  aUser,
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

test('creates a record and answers it as the API shows it', async () => {
  const post = await records.create('Posts', withBody({ title: 'Hello', views: '3', tags: 'a' }));
  expect(post).toEqual({
    collectionId: records.collections.get('posts').id,
    collectionName: 'posts',
    created: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}Z$/) as string,
    id: expect.stringMatching(/^[a-z0-9]{15}$/) as string,
    owner: '',
    slug: '',
    tags: ['a'],
    title: 'Hello',
    updated: post.created,
    views: 3,
  });
  expect(await records.view('posts', post.id as string, aRequest())).toEqual(post);
});

test('refuses with every field that is wrong', async () => {
  const request = withBody({ tags: ['x'], owner: 'nobody', title: '' });
  await expect(records.create('posts', request)).rejects.toMatchObject({
    code: 'invalid',
    message: 'Failed to create record.',
    data: {
      title: { code: 'validation_required', message: 'Cannot be blank.' },
      tags: { code: 'validation_invalid_value', message: 'Invalid value x.' },
      owner: { code: 'validation_missing_rel_records' },
    },
  });
});

test('refuses a relation to nothing when that is all that is wrong', async () => {
  const request = withBody({ title: 'a', owner: 'nobody' });
  await expect(records.create('posts', request)).rejects.toMatchObject({
    data: { owner: { code: 'validation_missing_rel_records' } },
  });
});

test('says which unique value is taken', async () => {
  await records.create('posts', withBody({ title: 'one', slug: 'same' }));
  const again = records.create('posts', withBody({ title: 'two', slug: 'same' }));
  await expect(again).rejects.toMatchObject({
    code: 'invalid',
    message: 'Failed to create record.',
    data: { slug: { code: 'validation_not_unique', message: 'Value must be unique.' } },
  });
});

test('does not say why a create rule refuses', async () => {
  await expect(records.create('posts', withBody({ title: 'forbidden' }))).rejects.toMatchObject({
    code: 'invalid',
    message: 'Failed to create record.',
    data: undefined,
  });
});

test('keeps what only superusers may do for superusers', async () => {
  await expect(records.create('comments', withBody({ text: 'x' }))).rejects.toMatchObject({
    code: 'forbidden',
    message: 'Only superusers can perform this action.',
  });
  const root = await aSuperuser(records);
  const comment = await records.create('comments', withBody({ text: 'x' }, root));
  expect(comment.text).toBe('x');
});

test('sets hidden fields for superusers only, and shows them to nobody else', async () => {
  const root = await aSuperuser(records);
  const mine = await records.create('posts', withBody({ title: 'a', secret: 's' }));
  expect((await records.get('posts', mine.id as string))?.secret).toBe('');
  const theirs = await records.create('posts', withBody({ title: 'a', secret: 's' }, root));
  expect(theirs.secret).toBe('s');
  const seen = await records.view('posts', theirs.id as string, aRequest());
  expect(seen).not.toHaveProperty('secret');
});

test('updates by rule, with modifiers', async () => {
  const auth = await aUser(records, 'ann');
  const owner = auth.record.id;
  const { id } = await records.create('posts', withBody({ title: 'a', owner, tags: ['a'] }));
  const changed = await records.update(
    'posts',
    id as string,
    withBody({ 'views+': 2, 'tags+': ['b'], '+tags': 'c', title: 'new' }, auth),
  );
  expect(changed).toMatchObject({ views: 2, tags: ['c', 'a', 'b'], title: 'new', owner });
  await expect(
    records.update('posts', id as string, withBody({ title: 'x' }, await aUser(records, 'bob'))),
  ).rejects.toMatchObject({ code: 'not_found' });
  const rename = records.update('posts', id as string, withBody({ id: 'other' }, auth));
  await expect(rename).rejects.toMatchObject({
    message: 'Failed to update record.',
    data: { id: { code: 'validation_pk_change' } },
  });
});

test('deletes with what hangs on it, and hides what may not be deleted', async () => {
  const auth = await aUser(records, 'ann');
  const { id } = await records.create('posts', withBody({ title: 'a', owner: auth.record.id }));
  const comment = await records.save('comments', { text: 'x', post: id });
  const foreign = records.delete('posts', id as string, aRequest());
  await expect(foreign).rejects.toMatchObject({ code: 'not_found' });
  await records.delete('posts', id as string, aRequest({ auth }));
  expect(await records.get('posts', id as string)).toBeUndefined();
  expect(await records.get('comments', comment.id)).toBeUndefined();
});

test('takes deleted records out of optional relations', async () => {
  const auth = await aUser(records, 'ann');
  const { id } = await records.create('posts', withBody({ title: 'a', owner: auth.record.id }));
  await records.remove('users', auth.record.id);
  expect((await records.get('posts', id as string))?.owner).toBe('');
});

test('rolls a deletion back where a required relation would be left empty', async () => {
  const posts = records.collections.get('posts');
  await records.collections.create({
    name: 'pins',
    fields: [
      { name: 'posts', type: 'relation', collectionId: posts.id, maxSelect: 5, required: true },
    ],
  });
  const [first, second] = [
    await records.save('posts', { title: '1' }),
    await records.save('posts', { title: '2' }),
  ];
  const pin = await records.save('pins', { posts: [first.id, second.id] });
  await records.remove('posts', first.id);
  expect((await records.get('pins', pin.id))?.posts).toEqual([second.id]);
  await expect(records.remove('posts', second.id)).rejects.toMatchObject({
    message:
      'Failed to delete record. Make sure that the record is not part of a required relation reference.',
  });
  expect(await records.get('posts', second.id)).toBeDefined();
});

test('lists pages with filter and sort', async () => {
  for (const views of [1, 2, 3, 4]) await records.save('posts', { title: `t${views}`, views });
  const query = { filter: 'views > 1', sort: '-views', perPage: '2', fields: 'title' };
  expect(await records.list('posts', aRequest({ query }))).toEqual({
    items: [{ title: 't4' }, { title: 't3' }],
    page: 1,
    perPage: 2,
    totalItems: 3,
    totalPages: 2,
  });
  const uncounted = await records.list('posts', aRequest({ query: { skipTotal: '1' } }));
  expect(uncounted).toMatchObject({ totalItems: -1, totalPages: -1, perPage: 30 });
});

test.each([{ filter: 'secret = "s"' }, { sort: 'secret' }, { page: 'x' }, { filter: 'views >' }])(
  'refuses the list parameters %j without saying why',
  async (query) => {
    await expect(records.list('posts', aRequest({ query }))).rejects.toMatchObject({
      code: 'invalid',
      message: 'Something went wrong while processing your request.',
    });
  },
);

test('expands relations forwards and backwards', async () => {
  const auth = await aUser(records, 'ann');
  const post = await records.save('posts', { title: 'a', owner: auth.record.id });
  const comment = await records.save('comments', { text: 'x', post: post.id });
  const query = { expand: 'owner,comments_via_post.post,comments(post),nothing' };
  const seen = await records.view('posts', post.id, aRequest({ query, auth }));
  expect(seen.expand).toMatchObject({
    owner: { id: auth.record.id, email: 'ann@example.com' },
    comments_via_post: [{ id: comment.id, expand: { post: { id: post.id } } }],
    'comments(post)': [{ id: comment.id }],
  });
  const guest = await records.view('posts', post.id, aRequest({ query }));
  expect(guest.expand).not.toHaveProperty('owner');
});

test('a rule that can no longer be read hides what it guards', async () => {
  const auth = await aUser(records, 'ann');
  const post = await records.save('posts', { title: 'a', owner: auth.record.id });
  await records.save('comments', { text: 'x', post: post.id });
  await records.collections.create({ name: 'gone', listRule: '' });
  const rule = '@collection.gone.id = ""';
  const rules = { viewRule: rule, updateRule: rule, deleteRule: rule };
  await records.collections.update('posts', rules);
  await records.collections.delete('gone');
  const missing = { code: 'not_found' };
  await expect(records.view('posts', post.id, aRequest())).rejects.toMatchObject(missing);
  await expect(records.update('posts', post.id, aRequest())).rejects.toMatchObject(missing);
  await expect(records.delete('posts', post.id, aRequest())).rejects.toMatchObject(missing);
  const list = await records.list('comments', aRequest({ query: { expand: 'post' } }));
  expect(list.items).toHaveLength(1);
  expect(list.items[0]).not.toHaveProperty('expand');
  const twins = `@collection.users:a.name = "" || @collection.comments:a.text = "" || 1 = 1`;
  await records.collections.update('comments', { listRule: twins });
  await expect(records.list('comments', aRequest())).rejects.toMatchObject({
    message: 'Something went wrong while processing your request.',
  });
});

test('answers for what does not exist as PocketBase does', async () => {
  await expect(records.list('missing', aRequest())).rejects.toMatchObject({
    code: 'not_found',
    message: 'Missing collection context.',
  });
  await expect(records.view('posts', 'missing', aRequest())).rejects.toMatchObject({
    code: 'not_found',
  });
});
