import { AppError } from '@davit/domain';
import { describe, expect, test } from 'vitest';
import { parseFields, pickFields } from './fields.ts';

const record = {
  id: '1',
  title: '<p>Hello <b>world</b></p>',
  tags: ['a', 'b'],
  expand: { author: { id: '2', name: 'n', email: 'e' }, posts: [{ id: '3', title: 't' }] },
};

test.each([
  ['', record],
  ['id', { id: '1' }],
  [' id , missing ', { id: '1' }],
  ['tags', { tags: ['a', 'b'] }],
  ['expand.author.name', { expand: { author: { name: 'n' } } }],
  ['expand.posts.title', { expand: { posts: [{ title: 't' }] } }],
  ['expand.author', { expand: { author: record.expand.author } }],
  ['expand.author,expand.author.id', { expand: { author: record.expand.author } }],
  ['*', record],
  ['*,expand.author.id', { ...record, expand: { author: { id: '2' } } }],
  ['expand.*.id', { expand: {} }],
  ['expand.author.*', { expand: { author: record.expand.author } }],
  ['title:excerpt(5)', { title: 'Hello' }],
  ['title:excerpt(5,true)', { title: 'Hello...' }],
  ['*:excerpt(3),id', { ...record, title: 'Hel' }],
  ['tags:excerpt(1)', { tags: ['a', 'b'] }],
])('%j picks', (fields, picked) => {
  expect(pickFields(record, parseFields(fields))).toEqual(picked);
});

test('picks of every item of a list', () => {
  expect(pickFields([{ a: 1, b: 2 }, { b: 3 }], parseFields('a'))).toEqual([{ a: 1 }, {}]);
});

test('leaves what has no keys', () => {
  expect(pickFields([1, 2], parseFields('a'))).toEqual([1, 2]);
  expect(pickFields('text', parseFields('a'))).toBe('text');
});

describe('refuses', () => {
  test.each([
    'a:unknown()',
    'a:excerpt',
    'a:excerpt()',
    'a:excerpt(0)',
    'a:excerpt(x)',
    'a:excerpt(-1)',
    'a:excerpt(1,true,2)',
    'a:excerpt(1',
  ])('%s', (fields) => expect(() => parseFields(fields)).toThrow(AppError));
});
