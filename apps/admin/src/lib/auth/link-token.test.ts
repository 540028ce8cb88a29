import { expect, test } from 'vitest';
import { readLinkToken } from './link-token.ts';

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const claims = {
  id: 'r1',
  type: 'verification',
  collectionId: '_pb_users_auth_',
  email: 'ann@example.com',
  exp: Date.now() / 1000 + 60,
};
const hash = (payload: object): string => `#${encode({ alg: 'HS256' })}.${encode(payload)}.sig`;

test('reads who a link is for', () => {
  expect(readLinkToken(hash(claims), 'verification')).toMatchObject({
    record: 'r1',
    collection: '_pb_users_auth_',
    email: 'ann@example.com',
    realm: 'users',
    dead: false,
  });
});

test.each([
  ['expired', hash({ ...claims, exp: 1 })],
  ['for something else', hash({ ...claims, type: 'auth' })],
  ['cut off', '#eyJh.eyJ'],
  ['missing', ''],
])('sees that a link is dead when its token is %s', (_what, given) => {
  expect(readLinkToken(given, 'verification').dead).toBe(true);
});

test('knows no sign-in page for accounts of other collections', () => {
  const link = readLinkToken(hash({ ...claims, collectionId: 'customers' }), 'verification');
  expect([link.realm, link.dead]).toEqual([undefined, false]);
});
