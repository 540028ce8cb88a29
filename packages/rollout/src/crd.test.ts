import { expect, test } from 'vitest';
import { renderCrd } from './crd.ts';

test('the CRD has no defaults: they would change pods when it is upgraded', () => {
  expect(JSON.stringify(renderCrd())).not.toContain('"default"');
});
