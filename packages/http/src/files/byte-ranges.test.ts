import { expect, test } from 'vitest';
import { parseRanges } from './byte-ranges.ts';

const SIZE = 10;

test.each([
  ['', []],
  ['bytes=', []],
  ['bytes=,', []],
  ['bytes=0-3', [[0, 3]]],
  ['bytes= 0 - 3 ', [[0, 3]]],
  ['bytes=+1-+3', [[1, 3]]],
  ['bytes=5-', [[5, 9]]],
  ['bytes=0-100', [[0, 9]]],
  ['bytes=-3', [[7, 9]]],
  ['bytes=-20', [[0, 9]]],
  ['bytes=-0', [[10, 9]]],
  ['bytes=0-1,', [[0, 1]]],
  [
    'bytes=0-0,,-1',
    [
      [0, 0],
      [9, 9],
    ],
  ],
  ['bytes=0-1,20-30', [[0, 1]]],
  ['bytes=0-9,0-0', []],
  [`bytes=${'0-0,'.repeat(200)}`, []],
])('%s asks for %j', (header, ranges) => {
  const expected = ranges.map(([start, end]) => ({ start, end }));
  expect(parseRanges(header, SIZE)).toEqual({ ranges: expected });
});

test.each([
  ...['bytes', 'Bytes=0-3', 'items=0-3', 'bytes=a', 'bytes=0-a', 'bytes=-', 'bytes=--3'],
  ...['bytes=5-3', 'bytes=0x1-3', 'bytes=1.5-3', 'bytes=1-2;x', 'bytes=0-1,5-3', 'bytes=1'],
  ...['bytes=99999999999999999999-', 'bytes=0-9223372036854775808'],
])('%s is malformed', (header) => {
  expect(parseRanges(header, SIZE)).toEqual({ refused: 'malformed' });
});

test.each(['bytes=10-', 'bytes=10-12', 'bytes=20-30,40-'])('%s is beyond the end', (header) => {
  expect(parseRanges(header, SIZE)).toEqual({ refused: 'beyond the end' });
});

test('an empty file is sent whole', () => {
  expect(parseRanges('bytes=0-3', 0)).toEqual({ ranges: [] });
});
