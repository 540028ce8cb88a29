import { expect, test } from 'vitest';
import { castBool, castList, castNumber, castText } from './cast.ts';
import { castDate } from './date.ts';
import { jsonField } from './json.ts';

test.each([
  [12, '12'],
  [1.5, '1.5'],
  [1.5e-7, '0.00000015'],
  [-0, '-0'],
  [true, 'true'],
  [null, ''],
  [['a'], ''],
  [{ a: 1 }, ''],
])('casts %j to the text "%s"', (input, text) => {
  expect(castText(input)).toBe(text);
});

test.each([
  ['12.5', 12.5],
  ['-1e3', -1000],
  ['abc', 0],
  [' 1', 0],
  ['', 0],
  [true, 1],
  ['inf', Infinity],
  [null, 0],
])('casts %j to the number %d', (input, number) => {
  expect(castNumber(input)).toBe(number);
});

test.each([
  ['t', true],
  ['yes', false],
  [1, true],
  [null, false],
])('casts %j to %s', (input, bool) => {
  expect(castBool(input)).toBe(bool);
});

test.each([
  ['a', ['a']],
  ['["a","b","a",""]', ['a', 'b']],
  ['[broken', ['[broken']],
  [
    ['a', 1, null],
    ['a', '1'],
  ],
  [null, []],
])('casts %j to the list %j', (input, list) => {
  expect(castList(input)).toEqual(list);
});

test.each([
  ['2026-01-02', '2026-01-02 00:00:00.000Z'],
  ['2026-01-02 03:04:05', '2026-01-02 03:04:05.000Z'],
  ['2026-01-02T03:04:05.123456+02:00', '2026-01-02 01:04:05.123Z'],
  ['Sat, 01 Jan 2022 10:00:00 GMT', '2022-01-01 10:00:00.000Z'],
  ['01 Jan 2022', '2022-01-01 00:00:00.000Z'],
  [1_640_995_200, ''],
  ['1640995200', ''],
  ['01/02/2022', ''],
  ['2026-13-40', ''],
  ['tomorrow', ''],
  [null, ''],
])('casts %j to the date "%s"', (input, date) => {
  expect(castDate(input)).toBe(date);
});

test.each([
  ['{"b":1}', { b: 1 }],
  ['true', true],
  ['"x"', 'x'],
  ['{broken', '{broken'],
  ['plain', 'plain'],
  ['', ''],
])('reads the form value %j as JSON', (input, value) => {
  const field = { id: 'f', name: 'f', type: 'json' } as never;
  expect(jsonField.cast(input, field)).toEqual(value);
});

test.each(['2022-02-30', '2022-01-01 10:00', '2022-01-01 24:00:00', '0001-01-01 00:00:00.000Z'])(
  'takes %s for no date',
  (input) => {
    expect(castDate(input)).toBe('');
  },
);

test('reads a date as Go prints it', () => {
  expect(castDate('2022-01-01 10:00:00 +0000 UTC')).toBe('2022-01-01 10:00:00.000Z');
});
