import { expect, test } from 'vitest';
import type { TokenClaims } from '@davit/domain';
import { createTokenSigner } from './token-signer.ts';

const claims: TokenClaims = {
  id: 'u1',
  type: 'auth',
  collectionId: 'c1',
  exp: 2_000_000_000,
  refreshable: true,
};

test('signs exactly the claims, without a time of issue', () => {
  const signer = createTokenSigner();
  const token = signer.sign(claims, 'key');
  expect(signer.peek(token)).toEqual(claims);
  expect(signer.verify(token, 'key')).toEqual(claims);
});

test('refuses another key, a changed token and text that is no token', () => {
  const signer = createTokenSigner();
  const token = signer.sign(claims, 'key');
  expect(signer.verify(token, 'other')).toBeUndefined();
  expect(signer.verify(`${token}x`, 'key')).toBeUndefined();
  expect(signer.peek('nonsense')).toBeUndefined();
});

test('refuses an expired token by its own clock', () => {
  let now = 1_999_999_000_000;
  const signer = createTokenSigner(() => now);
  const token = signer.sign(claims, 'key');
  expect(signer.verify(token, 'key')).toEqual(claims);
  now = 2_000_000_001_000;
  expect(signer.verify(token, 'key')).toBeUndefined();
});

test('refuses a token of the future', () => {
  const signer = createTokenSigner(() => 1_000_000);
  const issuedAt = (iat: number): string => signer.sign({ ...claims, iat } as TokenClaims, 'key');
  expect(signer.verify(issuedAt(1001), 'key')).toBeUndefined();
  expect(signer.verify(issuedAt(1000), 'key')).toMatchObject(claims);
});

test('refuses a token that is not signed', () => {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const token = `${part({ alg: 'none', typ: 'JWT' })}.${part(claims)}.`;
  expect(createTokenSigner().verify(token, 'key')).toBeUndefined();
});
