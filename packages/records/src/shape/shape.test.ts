import { expect, test } from 'vitest';
import { fromBody } from '../collections/definition.ts';
import { shape } from './shape.ts';

test.each([
  [false, { pin: '' }],
  [true, {}],
])('a password never shows, hidden (%s) or not', (hidden, shown) => {
  const collection = fromBody({
    name: 'doors',
    fields: [{ name: 'pin', type: 'password', hidden }],
  });
  const record = { id: 'a', pin: '$2a$10$hash' };
  for (const all of [true, false]) {
    expect(shape(record, { collection, hidden: all, email: false })).toEqual({
      id: 'a',
      collectionId: collection.id,
      collectionName: 'doors',
      ...shown,
    });
  }
});
