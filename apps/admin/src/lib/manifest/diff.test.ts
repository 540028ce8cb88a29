import { expect, test } from 'vitest';
import { diffLines, hunks } from './diff.ts';

const shown = (before: string, after: string): string[] =>
  diffLines(before, after).map(({ kind, text }) => `${kind[0] ?? ''}${text}`);

test('shows a changed line as removed, then added', () => {
  expect(shown('a\nb\nc\n', 'a\nx\nc\n')).toEqual(['sa', 'rb', 'ax', 'sc']);
});

test('finds what stayed between two changes', () => {
  expect(shown('a\nb\nc', 'x\nb\ny')).toEqual(['ra', 'ax', 'sb', 'rc', 'ay']);
});

test('has no hunks for equal texts', () => {
  expect(hunks(diffLines('a\nb', 'a\nb'))).toEqual([]);
});

test('leaves out what is far from a change', () => {
  const before = Array.from({ length: 30 }, (_, index) => `line ${String(index)}`);
  const after = before.with(20, 'changed');
  const [hunk, ...rest] = hunks(diffLines(before.join('\n'), after.join('\n')));
  expect(rest).toEqual([]);
  expect(hunk?.skipped).toBe(17);
  expect(hunk?.lines).toHaveLength(8);
});
