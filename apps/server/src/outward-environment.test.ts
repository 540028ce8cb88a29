import { expect, test } from 'vitest';
import { outwardEnvironment } from './outward-environment.ts';

test('passes on how others are reached, and no secrets', () => {
  const outward = { NODE_EXTRA_CA_CERTS: '/ca.pem', https_proxy: 'http://proxy.test' };
  const env = { ...outward, PB_ENCRYPTION_KEY: 'hush', PATH: '/bin', HTTP_PROXY: undefined };
  expect(outwardEnvironment(env)).toEqual(outward);
});
