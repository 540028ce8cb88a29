import type { Collection } from '@davit/domain';
import { expect, test } from 'vitest';
import { normalizeField } from './field-options.ts';
import { scaffold } from './scaffold.ts';
import { viewFields } from './view-fields.ts';

const posts: Collection = {
  ...scaffold('base'),
  id: 'pbc_posts',
  name: 'posts',
  fields: [
    ...scaffold('base').fields,
    normalizeField({ type: 'text', name: 'title' }),
    normalizeField({ type: 'number', name: 'views' }),
  ],
};
const find = (name: string): Collection | undefined => (name === 'posts' ? posts : undefined);

function describe(query: string): string[] {
  return viewFields(query, find).map(({ name, type }) => `${name} ${type}`);
}

test.each([
  [
    'select id, sum(views) s, (title || "x") z, cast(views as text) t from posts where title = ";"',
    ['id text', 's json', 'z json', 't text'],
  ],
  ['with x as (select id from posts) select id from x', ['id text']],
  [
    'select id, Title, p.TITLE as t, ID from posts as p',
    ['id text', 'Title text', 't text', 'ID relation'],
  ],
  ['select b.id, title, b.title t from other a, posts b', ['id text', 'title json', 't text']],
  ["select id, (text || ', x') as [a] /* b, c */ from posts -- d", ['id text', 'a json']],
  [
    'select distinct id, title x from posts left outer join y on y.a = id where 1',
    ['id text', 'x text'],
  ],
  [
    'select id,\n\tcast(views as decimal(10,2)) n, COUNT(*) as c\nfrom posts limit 5',
    ['id text', 'n json', 'c number'],
  ],
  ['select id, title, views v from posts', ['id text', 'title text', 'v number']],
  ['SELECT p.id, p.`title` AS t FROM `posts` AS p;', ['id text', 't text']],
  ['select (ROW_NUMBER() OVER()) as id, p.id as post from posts p', ['id text', 'post relation']],
  [
    'select max(id) as id, count(*) as n, total(views) as sum, cast(views as int) as i from posts group by title',
    ['id text', 'n number', 'sum number', 'i number'],
  ],
  [
    "select 1 as id, 'a, from b' as x, (select title from posts) as y",
    ['id text', 'x json', 'y json'],
  ],
  [
    'select a.id, b.title from other a left join posts b on b.id = a.id where b.views > 1',
    ['id text', 'title text'],
  ],
])('reads the fields of %s', (query, fields) => {
  expect(describe(query)).toEqual(fields);
});

test.each([
  ['select * from posts', 'wildcard columns'],
  ['select title from posts', 'missing required id'],
  ['delete from posts', 'missing required id'],
  ['select id, views + 1 as n from posts', 'invalid identifier parts [views + 1 as n]'],
  ['select id, id as x from posts union select 1', 'invalid identifier parts [id as x 1]'],
  [
    'select id, (title from posts',
    'unbalanced parenthesis or quoted expression: "(title from posts"',
  ],
  [
    'select id, title as `a b` from posts',
    'invalid field "a b" (1): name: must be in a valid format',
  ],
  ['select id, title id from posts', 'invalid field "id:1" (1)'],
  ['select id, title, views title, 1 title from posts', 'invalid field "title:1" (2)'],
  ['select id, title as expand from posts', 'must not be in list'],
  ['select id, title as a_via_b from posts', '_via_'],
])('refuses %s', (query, message) => {
  expect(() => viewFields(query, find)).toThrow(message);
});
