import { expect, test } from 'vitest';
import { castBool, castList, castNumber, castText } from './cast.ts';
import { castDate, dateField } from './date.ts';
import { jsonField } from './json.ts';

test.each([
  [12, '12'],
  [1.5, '1.5'],
  [1.5e-7, '0.00000015'],
  [-0, '-0'],
  [1.5e21, '1500000000000000000000'],
  [1.7976931348623157e308, `17976931348623157${'0'.repeat(292)}`],
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
  ['1_000.5_0', 1000.5],
  ['5.', 5],
  ['.5', 0.5],
  ['.', 0],
  ['1__000', 0],
  ['_1', 0],
  ['1e400', 0],
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
  ['Mon, 02 Jan 2006 15:04:05 -0700', '2006-01-02 22:04:05.000Z'],
  ['Mon, 02 Jan 2006 15:04:05 EST', '2006-01-02 15:04:05.000Z'],
  ['Monday, 02-Jan-06 15:04:05 MST', '2006-01-02 15:04:05.000Z'],
  ['02 Jan 70 15:04 GMT+3', '1970-01-02 15:04:00.000Z'],
  ['Mon Jan  2 15:04:05 2006', '2006-01-02 15:04:05.000Z'],
  ['2022-01-01 9:00:00,5', '2022-01-01 09:00:00.500Z'],
  ['2022-01-01T10:00:00z', ''],
  ['2022-01-01T10:00:00UTC', ''],
  ['3:04PM', '0000-01-01 15:04:00.000Z'],
  ['0001-01-01 00:00:00.000Z', ''],
  ['12 Feb 2006, 19:17', ''],
  ['2022-02-30 00:00:00.000Z', ''],
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
  [' 1', ' 1'],
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

test('names the limits of a date as Go does', () => {
  const field = { id: 'f', name: 'f', type: 'date', min: '2022-01-01 10:00:00.120Z' } as never;
  const context = { isNew: true, original: undefined, plain: undefined, uploads: new Map() };
  expect(dateField.check('2021-01-01 00:00:00.000Z', field, context)).toMatchObject({
    message: 'Must be no less than 2022-01-01 10:00:00.12 +0000 UTC.',
    params: { threshold: '2022-01-01T10:00:00.12Z' },
  });
});

test.each([
  '9007199254740993',
  '[9007199254740993,{"a":-12345678901234567890}]',
  '{"a":0.1000000000000000055511151231257827}',
])('keeps the digits of %s', (text) => {
  const field = { id: 'f', name: 'f', type: 'json' } as never;
  const value = jsonField.cast(text, field);
  expect(jsonField.toColumn(value, field)).toBe(text);
  expect(JSON.stringify({ value })).toBe(`{"value":${text}}`);
});

test.each([
  [5, 5],
  ['', ''],
  [' 12', ' 12'],
  ['01', '01'],
  [null, null],
  [-Infinity, '-Inf'],
])('reads the stored %j as the JSON %j', (stored, value) => {
  expect(jsonField.fromColumn(stored, { id: 'f', name: 'f', type: 'json' } as never)).toBe(value);
});
