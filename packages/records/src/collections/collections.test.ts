import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  aRequest,
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

test('names collections and fields as PocketBase does', async () => {
  const created = await records.collections.create({
    name: 'things',
    fields: [{ name: 'title', type: 'text' }],
  });
  expect(created.id).toMatch(/^pbc_\d+$/);
  expect(created.fields.map(({ id }) => id)).toEqual(['text3208210256', 'text724990059']);
  expect(records.collections.find('THINGS')).toBe(created);
});

test('gives accounts their fields, indexes and secrets', async () => {
  const staff = await records.collections.create({ name: 'staff', type: 'auth' });
  expect(staff.fields.map(({ name }) => name)).toEqual([
    'id',
    'password',
    'tokenKey',
    'email',
    'emailVisibility',
    'verified',
  ]);
  expect(staff.indexes).toHaveLength(2);
  expect(staff.options.authToken).toMatchObject({ duration: 432_000 });
  const request = { email: 'a@example.com', password: 'correct horse', passwordConfirm: 'other' };
  await records.collections.update('staff', { createRule: '' });
  await expect(records.create('staff', withBody(request))).rejects.toMatchObject({
    data: { passwordConfirm: { code: 'validation_values_mismatch' } },
  });
});

test('renames, adds and drops fields with their values', async () => {
  const post = await records.save('posts', { title: 'kept', slug: 'gone' });
  const { fields } = records.collections.get('posts');
  await records.collections.update('posts', {
    name: 'articles',
    LISTRULE: null,
    indexes: [],
    fields: [
      ...fields
        .filter(({ name }) => name !== 'slug')
        .map((field) => ({ ...field, ...(field.name === 'title' && { name: 'headline' }) })),
      { name: 'extra', type: 'number' },
    ] as never,
  });
  expect(records.collections.find('posts')).toBeUndefined();
  const stored = await records.get('articles', post.id);
  expect(stored).toMatchObject({ headline: 'kept', extra: 0 });
  expect(stored).not.toHaveProperty('slug');
  await expect(records.list('articles', aRequest())).rejects.toMatchObject({ code: 'forbidden' });
});

test.each([
  [{ name: 'posts' }, { name: { code: 'validation_collection_name_exists' } }],
  [{ name: 'a b' }, { name: { code: 'validation_match_invalid' } }],
  [{ name: '_params' }, { name: { code: 'validation_collection_name_invalid' } }],
  [{ name: 'x', listRule: 'missing = 1' }, { listRule: { code: 'validation_invalid_rule' } }],
  [
    {
      name: 'x',
      fields: [
        { name: 'a', type: 'text' },
        { name: 'A', type: 'bool' },
      ],
    },
    { fields: { '2': { name: { code: 'validation_duplicated_field_name' } } } },
  ],
  [
    { name: 'x', fields: [{ name: 'r', type: 'relation', collectionId: 'nothing' }] },
    { fields: { '1': { collectionId: { code: 'validation_field_relation_missing_collection' } } } },
  ],
  [
    { name: 'x', fields: [{ name: 't', type: 'text', pattern: '(' }] },
    { fields: { '1': { pattern: { code: 'validation_invalid_regex' } } } },
  ],
  [
    { name: 'x', indexes: ['CREATE INDEX `i` ON `x` (`nothing`)'] },
    { indexes: { '0': { code: 'validation_invalid_index_expression' } } },
  ],
  [{ name: 'x', type: 'view', viewQuery: '' }, { viewQuery: { code: 'validation_required' } }],
  [
    { name: 'x', type: 'view', viewQuery: 'select id from posts; x', listRule: 'a = 1' },
    {
      viewQuery: { code: 'validation_invalid_view_query' },
      listRule: { code: 'validation_invalid_rule' },
    },
  ],
  [
    { name: 'x', type: 'view', viewQuery: 'select nothing as id from posts' },
    { viewQuery: { code: 'validation_invalid_view_query' } },
  ],
])('refuses the definition %j', async (body, data) => {
  await expect(records.collections.create(body)).rejects.toMatchObject({
    code: 'invalid',
    message: 'Failed to create collection.',
    data,
  });
  expect(records.collections.find('x')).toBeUndefined();
});

test('lets a collection relate to itself', async () => {
  const tree = await records.collections.create({
    id: 'tree_id',
    name: 'tree',
    fields: [{ name: 'parent', type: 'relation', collectionId: 'tree_id', cascadeDelete: true }],
  });
  const root = await records.save(tree.id, {});
  const child = await records.save(tree.id, { parent: root.id });
  await records.save(tree.id, { id: root.id, parent: child.id });
  await records.remove(tree.id, root.id);
  expect(await records.find(tree.id)).toEqual([]);
});

test('reads through a view', async () => {
  await records.save('posts', { title: 'a', views: 2 });
  await records.collections.create({
    name: 'titles',
    type: 'view',
    listRule: '',
    viewQuery: 'select [[id]], {{posts}}.[[title]], (views * 2) as double from {{posts}}',
  });
  const { items, totalItems } = await records.list('titles', aRequest());
  expect(totalItems).toBe(1);
  expect(items[0]).toMatchObject({ title: 'a', double: 4, collectionName: 'titles' });
  await expect(records.create('titles', withBody({}))).rejects.toMatchObject({
    message: 'Unsupported collection type.',
  });
});

test('a view that follows from a change says when', async () => {
  const viewQuery = 'select id, title from posts';
  await records.collections.create({ name: 'v', type: 'view', viewQuery });
  const { fields } = records.collections.get('posts');
  const posts = await records.collections.update('posts', {
    fields: fields.map((field) => ({ ...field, ...(field.name === 'title' && { max: 77 }) })),
  });
  const view = records.collections.get('v');
  expect(view.fields.find(({ name }) => name === 'title')).toMatchObject({ max: 77 });
  expect(view.updated >= posts.updated).toBe(true);
});

test('a view may lose what another one reads', async () => {
  const view = { type: 'view', listRule: '' };
  await records.collections.create({
    ...view,
    name: 'v',
    viewQuery: 'select id, title from posts',
  });
  const reader = { ...view, name: 'w', viewQuery: 'select id, title from v' };
  const before = await records.collections.create(reader);
  await records.collections.update('v', { viewQuery: 'select id from posts' });
  expect(records.collections.get('v').fields.map(({ name }) => name)).toEqual(['id']);
  expect(records.collections.get('w').fields).toEqual(before.fields);
  await records.collections.update('w', { viewQuery: 'select id from v' });
  expect(records.collections.get('w').fields.map(({ name }) => name)).toEqual(['id']);
});

test('deletes a collection only when nothing refers to it', async () => {
  await expect(records.collections.delete('posts')).rejects.toMatchObject({
    message: 'Failed to delete collection probably due to existing reference in comments.',
  });
  await expect(records.collections.delete('_superusers')).rejects.toMatchObject({
    code: 'invalid',
  });
  await records.collections.delete('comments');
  await records.collections.delete('posts');
  expect(records.collections.find('posts')).toBeUndefined();
});

test('truncates with cascades', async () => {
  const post = await records.save('posts', { title: 'a' });
  await records.save('comments', { post: post.id });
  await records.collections.truncate('posts');
  expect(await records.find('comments')).toEqual([]);
});

test('keeps secrets that an update does not mention', async () => {
  const before = records.collections.get('users').options.authToken;
  const after = await records.collections.update('users', { authToken: { duration: 1000 } });
  expect(after.options.authToken).toEqual({ ...(before as object), duration: 1000 });
});

test('lists collections by filter and sort', async () => {
  const page = await records.collections.page({
    filter: 'type = "base" && system = false',
    sort: '-name',
  });
  expect(page.items.map(({ name }) => name)).toEqual(['posts', 'comments']);
  expect(page).toMatchObject({ page: 1, perPage: 30, totalItems: 2, totalPages: 1 });
  const odd = [
    { filter: 'fields = 1' },
    { filter: 'name:lower = "a"' },
    { filter: '@collection.users.id = "a"' },
    { sort: 'name:lower' },
  ];
  for (const parameters of odd) {
    await expect(records.collections.page(parameters)).rejects.toMatchObject({ code: 'invalid' });
  }
});

test('never locks superusers out', async () => {
  const after = await records.collections.update('_superusers', {
    passwordAuth: { enabled: false },
  });
  expect(after.options.passwordAuth).toMatchObject({ enabled: true });
  const open = records.collections.update('_superusers', { listRule: '' });
  await expect(open).rejects.toMatchObject({
    data: { listRule: { code: 'validation_collection_system_rule_change' } },
  });
});

const SQL = 'SQL logic error';
const INDEX = 'validation_invalid_index_expression';
const TWIN = 'validation_duplicated_index_';
test.each([
  [['CREATE INDEX i ON x (missing)'], { 0: [INDEX, `${SQL}: no such column: missing (1).`] }],
  [['bad', 'worse'], { 0: [INDEX, 'Invalid CREATE INDEX expression.'] }],
  [['CREATE INDEX i ON x (text)', 'CREATE INDEX I ON x (id)'], { 1: [`${TWIN}name`, 'name'] }],
  [
    ['CREATE INDEX i ON x (text)', 'CREATE INDEX j ON y (text)'],
    { 1: [`${TWIN}definition`, 'definition'] },
  ],
])('refuses the indexes %j as PocketBase does', async (indexes, complaints) => {
  const update = records.collections.update('comments', { indexes });
  const [[position, [code, text = '']] = ['', []]] = Object.entries<string[]>(complaints);
  const complaint = { code, message: expect.stringContaining(text) as unknown };
  await expect(update).rejects.toMatchObject({ data: { indexes: { [position]: complaint } } });
});

test('keeps an index of this table as it was written', async () => {
  const own = 'create index i1 on comments(text)  where  text > 1';
  const indexes = [own, '/* other */ create index i2 on other (text asc)'];
  const after = await records.collections.update('comments', { indexes });
  expect(after.indexes).toEqual([own, 'CREATE INDEX `i2` ON `comments` (`text` ASC)']);
});

test.each([
  [{ id: 5 }, {}],
  [{ id: 'other' }, { id: { code: 'validation_values_mismatch' } }],
  [{ fields: [{ name: 'text' }] }, {}],
])('refuses the change %j', async (body, data) => {
  const refused = records.collections.update('comments', body);
  await expect(refused).rejects.toMatchObject({ code: 'invalid' });
  await expect(
    refused.catch((error: { data?: unknown }) => error.data ?? {}),
  ).resolves.toMatchObject(data);
});

test('a field of another type under an old name replaces the old one', async () => {
  const { id } = await records.save('comments', { text: 'gone', post: '' });
  await records.collections.update('comments', { fields: [{ name: 'text', type: 'number' }] });
  expect(await records.view('comments', id, aRequest())).toMatchObject({ text: 0 });
});

test('says what the database has against a definition', async () => {
  await expect(records.collections.create({ name: 'sqlite_x' })).rejects.toMatchObject({
    message: `Failed to create collection. Raw error: \n${SQL}: object name reserved for internal use: sqlite_x (1).`,
  });
});

test.each([
  [{ oauth2: null }, { oauth2: { enabled: false, providers: [], mappedFields: { name: '' } } }],
  [
    { oauth2: { mappedFields: { name: 'missing', username: 'email' } } },
    { oauth2: { mappedFields: { name: '', username: 'email' } } },
  ],
  [{ passwordAuth: null }, { passwordAuth: { enabled: false, identityFields: [] } }],
  [{ otp: { length: null } }, { otp: { length: 0, duration: 180 } }],
  [
    { oauth2: { providers: [{ name: 'oidc', clientId: 'a', clientSecret: 'b', other: 1 }] } },
    {
      oauth2: {
        providers: [
          {
            pkce: null,
            name: 'oidc',
            clientId: 'a',
            clientSecret: 'b',
            authURL: '',
            tokenURL: '',
            userInfoURL: '',
            displayName: '',
            extra: {},
          },
        ],
      },
    },
  ],
])('merges the options %j', async (body, options) => {
  expect((await records.collections.update('users', body)).options).toMatchObject(options);
});

test.each([
  [{ authToken: { duration: 10.5 } }, undefined],
  [{ authToken: { duration: 'x' } }, undefined],
  [{ otp: 5 }, undefined],
  [{ oauth2: { providers: [5] } }, undefined],
  [{ oauth2: { providers: [{ name: 'google', clientId: 5 }] } }, undefined],
  [{ oauth2: { providers: [{ name: 'google', pkce: 'yes' }] } }, undefined],
  [{ authRule: 5 }, undefined],
  [
    { passwordAuth: { identityFields: ['', ''] } },
    { passwordAuth: { identityFields: { code: 'validation_required' } } },
  ],
  [{ authToken: null }, { authToken: { secret: { code: 'validation_required' } } }],
  [
    { mfa: { enabled: true, rule: 'x = 1' }, otp: { enabled: true } },
    { mfa: { rule: { code: 'validation_invalid_rule' } } },
  ],
])('refuses the options %j', async (body, data) => {
  const refused = records.collections.update('users', body);
  await expect(refused).rejects.toMatchObject(data ? { data } : { code: 'invalid' });
});

test('unique indexes over system fields stay', async () => {
  const refused = records.collections.update('_externalAuths', { indexes: [] });
  const code = 'validation_invalid_unique_system_field_index';
  await expect(refused).rejects.toMatchObject({ data: { indexes: { code } } });
});
