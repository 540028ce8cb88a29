import type { Collection, Field } from '@davit/domain';
import { AppError } from '@davit/domain';
import { describe, expect, test } from 'vitest';
import type { ResolveContext } from './context.ts';
import { aCollection, aField } from './random-filters.fixture.ts';
import { Resolution, resolveFilter, resolveSort } from './resolution.ts';

// What the resolved tree finds in a database is tested with the SQL it becomes.

const field = aField;
const collection = (name: string, fields: Field[], parts: Partial<Collection> = {}): Collection =>
  aCollection(name, fields, { id: `${name}_id`, ...parts });

const users = collection(
  'users',
  [field('name', 'text'), field('secret', 'text', { hidden: true }), field('email', 'email')],
  { type: 'auth', listRule: null },
);
const posts = collection('posts', [
  field('title', 'text'),
  field('meta', 'json'),
  field('tags', 'select', { maxSelect: 3 }),
  field('owner', 'relation', { collectionId: 'users_id', maxSelect: 1 }),
  field('lost', 'relation', { collectionId: 'gone', maxSelect: 1 }),
]);
const all = [users, posts];

function context(parts: Partial<ResolveContext> = {}): ResolveContext {
  return {
    collection: posts,
    find: (nameOrId) => all.find(({ id, name }) => id === nameOrId || name === nameOrId),
    allowHidden: true,
    now: new Date(0),
    ...parts,
  };
}

const request = { context: 'default', method: 'GET', query: {}, headers: {}, body: {} };

test('a column and a value make a comparison', () => {
  expect(resolveFilter("title = 'x'", context())).toEqual({
    joins: [],
    where: {
      kind: 'compare',
      operator: '=',
      left: { expression: { kind: 'column', alias: 'posts', column: 'title' } },
      right: { expression: { kind: 'value', value: 'x' } },
      any: false,
    },
  });
});

test('and binds tighter than or', () => {
  const { where } = resolveFilter('1 = 1 || 2 = 2 && 3 = 3', context());
  expect(where).toMatchObject({ kind: 'or', items: [{ kind: 'compare' }, { kind: 'and' }] });
});

test('the id of a single relation needs no join', () => {
  expect(resolveFilter("owner.id = 'x'", context()).joins).toEqual([]);
});

test('rule, filter and sort share the joins of a query', () => {
  const query = new Resolution(context())
    .filter("owner.name = 'x'")
    .filter("owner.name != 'y'")
    .sort('-owner.name')
    .and({ kind: 'constant', value: true })
    .query();
  expect(query.joins.map(({ alias }) => alias)).toEqual(['posts.owner']);
  expect(query.where).toMatchObject({ kind: 'and', items: { length: 3 } });
  expect(query.order).toHaveLength(1);
});

test('nothing asked means no condition', () => {
  expect(new Resolution(context()).query()).toEqual({ table: 'posts', joins: [], order: [] });
  expect(resolveSort('title', context())).not.toHaveProperty('where');
});

test('a list rule of a joined collection keeps its joins to itself', () => {
  const rule = { ...users, listRule: "name = 'a' && posts_via_owner.title ?= 'b'" };
  const find = (nameOrId: string): Collection | undefined => (nameOrId === 'posts' ? posts : rule);
  const { joins, where } = resolveFilter("owner.name = 'x'", context({ find, allowHidden: false }));
  expect(joins.map(({ alias }) => alias)).toEqual(['posts.owner', 'posts.owner.posts_via_owner~1']);
  expect(where).toMatchObject({ kind: 'and', items: { length: 2 } });
});

test('without a request everything of it is null', () => {
  const { where } = resolveFilter("@request.auth.id = 'x'", context());
  expect(where).toMatchObject({ left: { expression: { value: null } } });
});

test('a caller whose collection is gone is nobody', () => {
  const auth = {
    id: 'a',
    collectionId: 'gone',
    collectionName: 'gone',
    email: '',
    emailVisibility: false,
    verified: true,
  };
  const { where } = resolveFilter(
    '@request.auth.id = 1',
    context({ request: { ...request, auth } }),
  );
  expect(where).toMatchObject({ left: { expression: { value: null } } });
});

test.each([
  ['title', '12', '12'],
  ['views', '12', 12],
  ['views', 'x', 'x'],
  ['views', '', ''],
  ['views', true, true],
  ['views', [1, { b: 1, a: 2 }], '[1,{"a":2,"b":1}]'],
])('@request.body.%s of %j reads as %j', (name, value, read) => {
  const counted = { ...posts, fields: [...posts.fields, field('views', 'number')] };
  const asked = { ...request, body: { [name]: value } };
  const scope = context({ collection: counted, request: asked });
  const { where } = resolveFilter(`@request.body.${name} = 1`, scope);
  expect(where).toMatchObject({ left: { expression: { kind: 'value', value: read } } });
});

test.each([
  ['owner', 'a', ['a']],
  ['owner', '["a","b","a",""]', ['a', 'b']],
  ['owner', '[broken', ['[broken']],
  ['owner', ['a', 2, null], ['a', '2']],
])('@request.body.%s %j names the records %j', (name, value, ids) => {
  const scope = context({ request: { ...request, body: { [name]: value } } });
  const { joins } = resolveFilter(`@request.body.${name}.name = 1`, scope);
  expect(joins).toMatchObject([{ on: { kind: 'in', values: ids } }]);
});

describe('refuses', () => {
  const client = context({ allowHidden: false });
  test.each([
    ['missing = 1', context()],
    ['title.x = 1', context()],
    ['lost.x = 1', context()],
    ['title:nope = 1', context()],
    ['@request.nope = 1', context()],
    ['@request.auth = 1', context()],
    ['@collection.posts = 1', context()],
    ['@collection.gone.id = 1', context()],
    ['#title = 1', context()],
    ['gone_via_owner.id = 1', context()],
    ['users_via_name.id = 1', context()],
    ['posts_via_lost.id = 1', context()],
    ['@request.body.lost.id = 1', context({ request: { ...request, body: { lost: 'x' } } })],
    ['@request.body.title:each = 1', context({ request })],
    ['@request.body.title:length = 1', context({ request })],
    ['@request.query.a:each = 1', context({ request })],
    ['nope(1) = 1', context()],
    ['geoDistance(1, 2, 3) = 1', context()],
    ["geoDistance(1, 2, 3, '4') = 1", context()],
    ['strftime() = 1', context()],
    ['strftime(title) = 1', context()],
    ["strftime('%Y', strftime('%Y')) = 1", context()],
    ["strftime('%Y', title, 1) = 1", context()],
    [`strftime(${Array(11).fill("'x'").join()}) = 1`, context()],
    ['owner.secret = 1', { ...client, find: () => ({ ...users, listRule: '' }) }],
    ['owner.name = 1', client],
    [Array(201).fill('title = 1').join(' && '), context()],
  ])('%s', (text, scope) => {
    const resolve = (): unknown => resolveFilter(text, scope);
    expect(resolve).toThrow(AppError);
    expect(resolve).toThrow(expect.objectContaining({ code: 'invalid' }));
  });

  test.each([
    'missing',
    'true',
    '@now',
    '@request.method',
    'a,b,c,d,e,f,g,h,i',
    'x'.repeat(256),
    '',
  ])('sorting by %j', (text) =>
    expect(() => resolveSort(text, context({ request }))).toThrow(AppError),
  );
});

test.each([
  ['nope.id = 1', 'failed to resolve field "nope"'],
  ['gone_via_owner.id = 1', 'failed to load back relation field "gone_via_owner" collection'],
  ['users_via_gone.id = 1', 'missing back relation field "gone"'],
  ['users_via_name.id = 1', 'invalid back relation field "name"'],
  ['posts_via_lost.id = 1', 'invalid collection reference of a back relation field "lost"'],
  ['lost.x = 1', 'failed to load field "lost" collection'],
  [
    '@collection.gone.id = 1',
    'failed to load collection "gone" from field path "@collection.gone.id"',
  ],
  [
    'geoDistance(1, nope, 3, 4) = 1',
    '[geoDistance] failed to resolve argument 1: unknown field "nope"',
  ],
  [
    `strftime('%Y', nope) = 1`,
    '[strftime] failed to resolve time-value argument: unknown field "nope"',
  ],
  ['@request.query.nope:each = 1', 'invalid modifier sequence nope:each'],
  [`strftime('%Y', title, 1) = 1`, '[strftime] invalid modifier argument 0 - can be only string'],
])('of %s it says what PocketBase says', (text, message) => {
  expect(() => resolveFilter(text, context({ request }))).toThrow(message);
});

test('no back relation leads to a record that is not stored', () => {
  const comments = collection('comments', [
    field('post', 'relation', { collectionId: 'posts_id' }),
  ]);
  const find = (name: string): Collection | undefined =>
    [posts, comments].find((it) => it.name === name);
  const filter = 'comments_via_post.id = 1';
  expect(resolveFilter(filter, context({ find })).joins).toHaveLength(1);
  expect(() => resolveFilter(filter, context({ find, unsaved: true }))).toThrow(
    'invalid collection reference of a back relation field "post"',
  );
  const elsewhere = context({ find, unsaved: true });
  expect(resolveFilter(`@collection.posts.${filter}`, elsewhere).joins).toHaveLength(2);
});

test('six relations can be followed, not seven', () => {
  const self = field('self', 'relation', { collectionId: 'posts_id', maxSelect: 1 });
  const scope = context({ collection: { ...posts, fields: [...posts.fields, self] } });
  expect(resolveFilter(`${'self.'.repeat(6)}title = 1`, scope).joins).toHaveLength(6);
  expect(() => resolveFilter(`${'self.'.repeat(7)}id = 1`, scope)).toThrow(
    'max nested relations reached for field "self"',
  );
});
