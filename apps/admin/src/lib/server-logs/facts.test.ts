import { expect, test } from 'vitest';
import { factsOf, fileName, tookText } from './facts.ts';

test('tells of a request what its columns show', () => {
  const data = { type: 'request', status: 400, execTime: 1.25, auth: 'users', userIP: '::1' };
  expect(factsOf({ data: { ...data, error: 'Failed.', details: 'no such field' } })).toEqual({
    status: 400,
    took: 1.25,
    auth: 'users',
    ip: '::1',
    error: 'Failed. no such field',
    more: [],
  });
});

test('tells of anything else what it says first', () => {
  const many = Object.fromEntries(Array.from({ length: 9 }, (_, at) => [`key${String(at)}`, at]));
  const facts = factsOf({ data: { to: ['a@example.com'], error: 'refused', ...many } });
  expect(facts).toMatchObject({ status: undefined, error: 'refused' });
  expect(facts.more).toEqual([
    'to: ["a@example.com"]',
    'key0: 0',
    'key1: 1',
    'key2: 2',
    'key3: 3',
    'key4: 4',
  ]);
});

test.each([
  [0.42, '0.4 ms'],
  [18.4, '18 ms'],
  [2314, '2.31 s'],
])('writes %s as %s', (ms, text) => {
  expect(tookText(ms)).toBe(text);
});

test('names files by the time of the entry', () => {
  expect(fileName({ created: '2026-01-31 10:20:30.123Z' })).toBe('log_20260131102030123Z.json');
});
