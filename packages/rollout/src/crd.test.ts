import { expect, test } from 'vitest';
import { renderCrd } from './crd.ts';
import { generatedCrd, generatedReference } from './generate.ts';

test('the committed CRD is the generated one (pnpm generate)', () => {
  const { actual, expected } = generatedCrd();
  expect(actual).toBe(expected);
});

test('the committed reference page is the generated one (pnpm generate)', () => {
  const { actual, expected } = generatedReference();
  expect(actual).toBe(expected);
});

test('the CRD has no defaults: they would change pods when it is upgraded', () => {
  expect(JSON.stringify(renderCrd())).not.toContain('"default"');
});
