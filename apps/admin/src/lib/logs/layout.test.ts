import { expect, test } from 'vitest';
import type { BufferedLine } from './log-buffer.ts';
import { LogLayout, ROW, rowsOf } from './layout.ts';

const lines = (...texts: string[]): BufferedLine[] =>
  texts.map((text, id) => ({ id, instance: '', time: '', raw: text, text }));

test('gives a wrapped line as many rows as it needs', () => {
  const layout = new LogLayout();
  layout.update(lines('short', 'x'.repeat(25), ''), 10);
  expect([0, 1, 2, 3].map((index) => layout.top(index) / ROW)).toEqual([0, 1, 4, 5]);
  expect(layout.height).toBe(5 * ROW);
});

test('finds the line at a height', () => {
  const layout = new LogLayout();
  layout.update(lines('short', 'x'.repeat(25), ''), 10);
  expect([0, 1, 2, 3, 4, 99].map((row) => layout.at(row * ROW))).toEqual([0, 1, 1, 1, 2, 2]);
});

test('counts one row a line without wrapping', () => {
  const layout = new LogLayout();
  layout.update(lines('a', 'x'.repeat(500)), Infinity);
  expect(layout.height).toBe(2 * ROW);
  expect(layout.at(ROW)).toBe(1);
});

test('begins anew when the oldest lines are gone', () => {
  const layout = new LogLayout();
  const all = lines('x'.repeat(25), 'b', 'c');
  layout.update(all, 10);
  layout.update(all.slice(1), 10);
  expect(layout.height).toBe(2 * ROW);
});

test('counts wide characters as two columns', () => {
  expect(rowsOf('漢字漢字漢字', 10)).toBe(2);
});
