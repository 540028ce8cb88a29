import { expect, test } from 'vitest';
import { readHashLink } from './hash-link.ts';

const TOKEN = 'eyJh.eyJp-_.c2ln';

test.each([
  [`#/auth/confirm-verification/${TOKEN}`, { page: 'verification', token: TOKEN }],
  [`#/auth/confirm-password-reset/${TOKEN}`, { page: 'password-reset', token: TOKEN }],
  [`#/auth/confirm-email-change/${TOKEN}/`, { page: 'email-change', token: TOKEN }],
  ['#/auth/confirm-verification/eyJh.eyJp', { page: 'verification', token: 'eyJh.eyJp' }],
  ['#/auth/confirm-verification/eyJh.eyJp.', { page: 'verification', token: 'eyJh.eyJp.' }],
  [`#/confirm-password-reset/${TOKEN}`, { page: 'password-reset', token: TOKEN }],
  ['#/auth/oauth2-redirect-success', { page: 'oauth2-success' }],
  ['#/auth/oauth2-redirect-failure', { page: 'oauth2-failure' }],
  [`#/pbinstall/${TOKEN}`, { page: 'install', token: TOKEN }],
  ['#/login', { page: 'login' }],
  ['#/request-password-reset', { page: 'forgot-password' }],
])('reads %s', (hash, link) => {
  expect(readHashLink(hash)).toEqual(link);
});

test.each(['', '#', '#/collections', '#/auth/confirm-verification/', '#/auth/confirm-x/a.b.c'])(
  'knows no page for "%s"',
  (hash) => {
    expect(readHashLink(hash)).toBeUndefined();
  },
);
