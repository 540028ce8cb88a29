import { expect, test } from 'vitest';
import { plainText, segmentsOf } from './ansi.ts';

const plain = { colour: undefined, bold: false };

test('splits a line into runs of one look', () => {
  expect(segmentsOf('a \x1b[1;31mb\x1b[22m c\x1b[0m d')).toEqual([
    { text: 'a ', ...plain },
    { text: 'b', colour: 'red', bold: true },
    { text: ' c', colour: 'red', bold: false },
    { text: ' d', ...plain },
  ]);
});

test.each([
  ['38;5;196', 'red'],
  ['38;2;0;200;20', 'green'],
  ['94', 'blue'],
  ['48;5;2;36', 'cyan'],
  ['31;39', undefined],
])('reduces %s to a colour of the theme', (code, colour) => {
  expect(segmentsOf(`\x1b[${code}mx`)[0]?.colour).toBe(colour);
});

test('leaves out every other terminal code', () => {
  expect(plainText('\x1b]0;title\x07a\x1b[2Kb\x1b[?25lc')).toBe('abc');
});
