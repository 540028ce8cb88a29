import { expect, test } from 'vitest';
import { parseQuery } from './query.ts';

test.each([
  ['/x', {}],
  ['/x?', {}],
  ['/x?a=1&a=2&b=x+y', { a: '1', b: 'x y' }],
  ['/x?a=%zz&b=1', { b: '1' }],
  ['/x?a=1&b;c=2&%4=3', { a: '1' }],
  ['/x?%61=%C3%A4', { a: 'ä' }],
])('reads what can be read of %s', (url, query) => {
  expect(parseQuery(url)).toEqual(query);
});
