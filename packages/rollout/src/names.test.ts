import { expect, test } from 'vitest';
import { claimName, pullSecretName, secretName, serviceAccountName, serviceName } from './names.ts';

test('children are called as they always were', () => {
  expect(serviceAccountName('abc')).toBe('abc-sa');
  expect(secretName('abc')).toBe('abc-secrets');
  expect(pullSecretName('abc')).toBe('abc-imagepullsecret');
  expect(claimName('abc', 'data')).toBe('data-abc');
  expect(serviceName('abc', 'http')).toBe('http-abc-svc');
});

test('long names are cut and told apart by a hash of the whole', () => {
  const port = 'p'.repeat(63);
  const one = serviceName('abcdefghijklmno', port);
  expect(one).toMatch(/^p{54}-[0-9a-f]{8}$/);
  expect(one).toBe(serviceName('abcdefghijklmno', port));
  expect(one).not.toBe(serviceName('abcdefghijklmnp', port));
  expect(serviceName('abc', 'p'.repeat(55))).toHaveLength(63);
});

test('a cut never leaves two hyphens', () => {
  expect(claimName('x'.repeat(20), `${'v'.repeat(53)}-w`)).toMatch(/^v{53}-[0-9a-f]{8}$/);
});
