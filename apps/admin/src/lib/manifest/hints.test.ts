import { expect, test } from 'vitest';
import { hintsAt, keysAbove } from './hints.ts';

const LINES = [
  'kind: Rollout',
  'spec:',
  '  image:',
  '    tag: x',
  '  interfaces:',
  '    - name: http',
  '      port: 80',
  '      ',
  '    - ',
];

test.each([
  [3, ['spec', 'image']],
  [4, ['spec']],
  [5, ['spec', 'interfaces']],
  [6, ['spec', 'interfaces']],
  [7, ['spec', 'interfaces']],
  [8, ['spec', 'interfaces']],
])('knows what line %i is in', (line, keys) => {
  expect(keysAbove(LINES, line)).toEqual(keys);
});

test('offers the fields of the object at the cursor', () => {
  const text = 'spec:\n  image:\n    re';
  expect(hintsAt(text, text.length).map((hint) => hint.label)).toContain('repository');
});

test('offers the values of a choice', () => {
  const text = 'spec:\n  rolloutStrategy: re';
  expect(hintsAt(text, text.length).map((hint) => hint.label)).toEqual([
    'rollingUpdate',
    'recreate',
  ]);
});
