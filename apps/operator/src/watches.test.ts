import { expect, test } from 'vitest';
import { Watches } from './watches.ts';

test('a kind is connected where its watches of all namespaces are', () => {
  const watches = new Watches();
  for (const namespace of ['shop', 'blog']) {
    watches.tell({ kind: 'Pod', namespace }, namespace === 'blog');
    watches.tell({ kind: 'Secret', namespace }, true);
  }
  expect(watches.kinds()).toEqual([
    { kind: 'Pod', connected: false },
    { kind: 'Secret', connected: true },
  ]);
  watches.tell({ kind: 'Pod', namespace: 'shop' }, true);
  expect(watches.kinds()).toContainEqual({ kind: 'Pod', connected: true });
});
