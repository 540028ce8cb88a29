import { expect, test } from 'vitest';
import { keyOf, Store } from './store.ts';
import { isNewer } from './version.ts';

const entry = (name: string, app: string) => ({
  key: keyOf({ namespace: 'ns', name }),
  uid: name,
  resourceVersion: '1',
  value: app,
});

test('finds entries by index, also after they changed or went', () => {
  const store = new Store<string>({ app: ({ value }) => [value] });
  store.set(entry('a', 'one'));
  store.set(entry('b', 'one'));
  const names = (app: string): string[] => store.by('app', app).map(({ uid }) => uid);
  expect(names('one')).toEqual(['a', 'b']);
  store.set(entry('a', 'two'));
  expect(names('one')).toEqual(['b']);
  expect(names('two')).toEqual(['a']);
  store.delete('ns/b');
  expect(names('one')).toEqual([]);
  expect(store.size).toBe(1);
});

test('resource versions are compared as numbers of any size', () => {
  expect(isNewer('10', '9')).toBe(true);
  expect(isNewer('9', '10')).toBe(false);
  expect(isNewer('10', '10')).toBe(false);
  expect(isNewer('99999999999999999999', '9007199254740993')).toBe(true);
  expect(isNewer('abc', '1')).toBe(false);
});
