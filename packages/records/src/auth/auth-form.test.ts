import { expect, test } from 'vitest';
import { readText } from './auth-form.ts';

test('takes members by their names in whatever case, the exact one first', () => {
  expect(
    readText({ IDENTITY: 'a', Password: 'b', password: 'c' }, ['identity', 'password']),
  ).toEqual({
    identity: 'a',
    password: 'c',
  });
});

test('counts what is missing or null as empty', () => {
  expect(readText({ a: null }, ['a', 'b'])).toEqual({ a: '', b: '' });
  expect(readText([], ['a'])).toEqual({ a: '' });
});

test.each([1, true, [], {}])('refuses %j in place of text', (value) => {
  const message = 'An error occurred while loading the submitted data.';
  expect(() => readText({ a: value }, ['a'])).toThrow(message);
});
