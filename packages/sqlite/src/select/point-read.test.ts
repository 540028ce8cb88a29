import type { Condition, Query } from '@davit/domain';
import { expect, test } from 'vitest';
import { isPointRead } from './point-read.ts';

const page = { offset: 0, limit: 1, count: false };
const id = { kind: 'column', alias: 'posts', column: 'id' } as const;
const query = (where: Condition): Query => ({ table: 'posts', joins: [], where, order: [] });
const oneOf = (...values: string[]): Condition => ({ kind: 'in', of: id, values });

test('one id makes a point read, also beside a rule', () => {
  expect(isPointRead(query(oneOf('a')), page)).toBe(true);
  const rule: Condition = { kind: 'and', items: [oneOf('a'), { kind: 'or', items: [] }] };
  expect(isPointRead(query(rule), page)).toBe(true);
});

test('a condition on a given record does, unless other tables are asked', () => {
  const rule: Condition = { kind: 'or', items: [] };
  const given = { ...query(rule), rows: [{ id: 'a' }] };
  expect(isPointRead(given, page)).toBe(true);
  const join = { alias: 'other', source: { kind: 'table', table: 'other' } } as const;
  expect(isPointRead({ ...given, joins: [join] }, page)).toBe(false);
});

test('several ids, another column and a count do not', () => {
  expect(isPointRead(query(oneOf('a', 'b')), page)).toBe(false);
  const other: Condition = { kind: 'in', of: { ...id, column: 'title' }, values: ['a'] };
  expect(isPointRead(query(other), page)).toBe(false);
  expect(isPointRead(query(oneOf('a')), { ...page, count: true })).toBe(false);
});
