import { expect, test } from 'vitest';
import { storedName } from './upload.ts';

test.each([
  ['Holiday Photo.PNG', /^holiday_photo_\w{10}\.PNG$/],
  ['a.tar.gz', /^a\w{10}_\w{10}\.tar\.gz$/],
  ['1.2.3.txt', /^1_2_\w{10}\.3\.txt$/],
  ['.htaccess', /^\w{10}_\w{10}\.htaccess$/],
  ['x', /^x\w{10}_\w{10}\.bin$/],
  ['..', /^\w{10}_\w{10}\.bin$/],
  [`abc.${'b'.repeat(50)}`, /^abc_\w{10}\.b{20}$/],
  [`${'a'.repeat(200)}.txt`, /^a{100}_\w{10}\.txt$/],
])('stores %s under a name of its own', (name, stored) => {
  expect(storedName(name, '.bin')).toMatch(stored);
});
