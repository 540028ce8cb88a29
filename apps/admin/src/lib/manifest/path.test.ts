import { expect, test } from 'vitest';
import { countChanges, getAt, setAt } from './path.ts';

test('makes what is missing on the way, lists for numbers', () => {
  const root = {};
  setAt(root, 'spec.interfaces.0.port', 80);
  expect(root).toEqual({ spec: { interfaces: [{ port: 80 }] } });
  expect(getAt(root, 'spec.interfaces.0.port')).toBe(80);
});

test('keeps the neighbours of what it sets', () => {
  const root = { rules: [{ host: 'a', tls: true }, { host: 'b' }] };
  setAt(root, 'rules.0.host', 'c');
  expect(root).toEqual({ rules: [{ host: 'c', tls: true }, { host: 'b' }] });
});

test('removes with undefined and makes nothing for it', () => {
  const root = { a: { b: 1 } };
  setAt(root, 'a.b', undefined);
  setAt(root, 'x.y', undefined);
  expect(root).toEqual({ a: {} });
});

test('counts changed, added and removed leaves', () => {
  expect(countChanges({ a: 1, b: [1, 2] }, { a: 2, b: [1], c: 'x' })).toBe(3);
  expect(countChanges({ a: { b: 1 } }, { a: { b: 1 } })).toBe(0);
});
