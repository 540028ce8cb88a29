import { expect, test } from 'vitest';
import { checkPreconditions, rangeApplies } from './preconditions.ts';

const MODIFIED = Date.parse('2020-01-02T03:04:05.678Z');
const SAME = 'Thu, 02 Jan 2020 03:04:05 GMT';
const BEFORE = 'Sat, 01 Jan 2000 00:00:00 GMT';
const AFTER = 'Fri, 01 Jan 2049 00:00:00 GMT';

test.each([
  [{}, 'met'],
  [{ 'if-modified-since': SAME }, 'not modified'],
  [{ 'if-modified-since': AFTER, 'cache-control': 'no-cache' }, 'not modified'],
  [{ 'if-modified-since': 'Friday, 01-Jan-49 00:00:00 GMT' }, 'not modified'],
  [{ 'if-modified-since': 'Fri Jan  1 00:00:00 2049' }, 'not modified'],
  [{ 'if-modified-since': BEFORE }, 'met'],
  [{ 'if-modified-since': '2049-01-01' }, 'met'],
  [{ 'if-modified-since': 'Fri, 01 Jan 2049 00:00:00 +0000' }, 'met'],
  [{ 'if-unmodified-since': BEFORE }, 'failed'],
  [{ 'if-unmodified-since': SAME }, 'met'],
  [{ 'if-unmodified-since': 'x' }, 'met'],
  [{ 'if-match': '*', 'if-unmodified-since': BEFORE }, 'met'],
  [{ 'if-match': '"x"' }, 'failed'],
  [{ 'if-none-match': '*' }, 'not modified'],
  [{ 'if-none-match': '"x"', 'if-modified-since': AFTER }, 'met'],
])('with %j it is %s', (headers, expected) => {
  expect(checkPreconditions(headers, MODIFIED)).toBe(expected);
});

test.each([
  [undefined, true],
  [SAME, true],
  [AFTER, false],
  ['"x"', false],
])('a part after If-Range %s: %j', (condition, expected) => {
  const headers = condition === undefined ? {} : { 'if-range': condition };
  expect(rangeApplies(headers, MODIFIED)).toBe(expected);
});
