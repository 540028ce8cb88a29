import { expect, test } from 'vitest';
import { fromBody } from '../collections/definition.ts';
import { shape } from './shape.ts';

test.each([
  [{ hidden: false, toSuperusers: false }, { pin: '' }],
  [{ hidden: false, toSuperusers: true }, { pin: '' }],
  [{ hidden: true, toSuperusers: false }, {}],
  [{ hidden: true, toSuperusers: true }, { pin: '' }],
])('of a password only the name shows, at most: %o', ({ hidden, toSuperusers }, shown) => {
  const collection = fromBody({
    name: 'doors',
    fields: [{ name: 'pin', type: 'password', hidden }],
  });
  const record = { id: 'a', pin: '$2a$10$hash' };
  expect(shape(record, { collection, hidden: toSuperusers, email: false })).toEqual({
    id: 'a',
    collectionId: collection.id,
    collectionName: 'doors',
    ...shown,
  });
});

test("an account's password and token key do not even show their names", () => {
  const collection = fromBody({
    type: 'auth',
    name: 'people',
    fields: [{ name: 'pin', type: 'password', hidden: true }],
  });
  const record = { id: 'a', password: '$2a$10$hash', tokenKey: 'key', pin: '$2a$10$hash' };
  const shown = shape(record, { collection, hidden: true, email: true });
  expect(Object.keys(shown)).toEqual(expect.arrayContaining(['email', 'pin']));
  expect(shown).not.toHaveProperty('password');
  expect(shown).not.toHaveProperty('tokenKey');
  expect(shown.pin).toBe('');
});
