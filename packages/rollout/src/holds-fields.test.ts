import { expect, test } from 'vitest';
import { holdsFields } from './holds-fields.ts';

test('what only the live object has is of no interest', () => {
  expect(holdsFields({ a: 1, b: 2 }, { a: 1 })).toBe(true);
  expect(holdsFields({ a: { x: 1, y: 2 } }, { a: { x: 1 } })).toBe(true);
  expect(holdsFields({ a: 1 }, { a: 2 })).toBe(false);
  expect(holdsFields({ a: 1 }, { a: 1, b: 1 })).toBe(false);
});

test('what says nothing need not be there', () => {
  expect(holdsFields({}, { a: '', b: [], c: {}, d: false, e: { f: [] }, g: null })).toBe(true);
  expect(holdsFields({}, { a: undefined })).toBe(true);
  expect(holdsFields({}, { a: ['x'] })).toBe(false);
});

test('quantities are compared as amounts, other texts are not', () => {
  const live = { resources: { limits: { memory: '1Gi', cpu: 2 } }, tag: '1Gi' };
  expect(holdsFields(live, { resources: { limits: { memory: '1024Mi', cpu: '2000m' } } })).toBe(
    true,
  );
  expect(holdsFields(live, { resources: { limits: { memory: '1G' } } })).toBe(false);
  expect(holdsFields(live, { tag: '1024Mi' })).toBe(false);
});

test('named entries are found wherever they are, others count by place', () => {
  const live = [{ name: 'sidecar' }, { name: 'web', image: 'a', extra: 1 }];
  expect(holdsFields(live, [{ name: 'web', image: 'a' }])).toBe(true);
  expect(holdsFields(live, [{ name: 'web', image: 'b' }])).toBe(false);
  expect(holdsFields(live, [{ name: 'gone' }])).toBe(false);
  expect(holdsFields(['a', 'b'], ['a', 'b'])).toBe(true);
  expect(holdsFields(['a', 'b', 'c'], ['a', 'b'])).toBe(false);
  const mounts = [
    { name: 'data', mountPath: '/a' },
    { name: 'data', mountPath: '/b' },
  ];
  expect(holdsFields(mounts, mounts)).toBe(true);
  expect(holdsFields(mounts, [...mounts].reverse())).toBe(false);
});
