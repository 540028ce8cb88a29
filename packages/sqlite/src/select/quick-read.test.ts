import type { Condition, Query } from '@davit/domain';
import { expect, test } from 'vitest';
import { isQuickRead } from './quick-read.ts';

const page = { offset: 0, limit: 1, count: false };
const id = { kind: 'column', alias: 'posts', column: 'id' } as const;
const query = (where: Condition): Query => ({ table: 'posts', joins: [], where, order: [] });
const oneOf = (...values: string[]): Condition => ({ kind: 'in', of: id, values });

test('one id makes a quick read, also beside a rule', () => {
  expect(isQuickRead(query(oneOf('a')), page)).toBe(true);
  const rule: Condition = { kind: 'and', items: [oneOf('a'), { kind: 'or', items: [] }] };
  expect(isQuickRead(query(rule), page)).toBe(true);
});

test('a condition on a given record does, unless other tables are asked', () => {
  const rule: Condition = { kind: 'or', items: [] };
  const given = { ...query(rule), rows: [{ id: 'a' }] };
  expect(isQuickRead(given, page)).toBe(true);
  const join = { alias: 'other', source: { kind: 'table', table: 'other' } } as const;
  expect(isQuickRead({ ...given, joins: [join] }, page)).toBe(false);
});

test('the first rows of a table do, in the order they are in', () => {
  const plain: Query = { table: 'posts', joins: [], order: [] };
  expect(isQuickRead(plain, { offset: 20, limit: 20, count: false })).toBe(true);
  expect(isQuickRead(plain, { offset: 40, limit: 20, count: false })).toBe(false);
  expect(isQuickRead({ ...plain, view: true }, page)).toBe(false);
  expect(isQuickRead({ ...plain, order: [{ by: id, descending: true }] }, page)).toBe(false);
});

test('many ids, another column and a count do not', () => {
  expect(isQuickRead(query(oneOf('a', 'b')), page)).toBe(true);
  const many = oneOf(...Array.from({ length: 51 }, String));
  expect(isQuickRead(query(many), page)).toBe(false);
  const other: Condition = { kind: 'in', of: { ...id, column: 'title' }, values: ['a'] };
  expect(isQuickRead(query(other), page)).toBe(false);
  expect(isQuickRead(query(oneOf('a')), { ...page, count: true })).toBe(false);
});
