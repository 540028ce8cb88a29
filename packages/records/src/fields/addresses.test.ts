import { expect, test } from 'vitest';
import { isEmail } from './email.ts';
import { isUrl } from './url.ts';
import { urlParts } from './url-parts.ts';

/** What PocketBase's validators say of them. */
test.each([
  ['http://1.1.1.1.', true],
  ['http://ab.cd', true],
  ['https://ab.cd/e_f/g-h.~i', true],
  ['https://a.b.c/d', false],
  ['a.b', false],
  ['aa.bb', true],
  ['a.b:80', true],
  ['localhost', false],
  ['http://localhost:80', true],
  ['http://localhost:123456', false],
  ['http://localhost:80:80', false],
  ['x://aa.bb', false],
  ['HTTP://aa.bb', false],
  ['ftp://aa.bb', true],
  ['http://é.com/x', true],
  ['http://[::1]:80', true],
  ['http://[::ffff:1.2.3.4]', true],
  ['http://[1.2.3.4]', false],
  ['http://user:pw@aa.bb', true],
  ['http://us er@aa.bb', false],
  ['http://aa..bb', false],
  ['http://.aa.bb', false],
  ['http://*.com', false],
  ['http://aa.bb/%zz', false],
  ['http://aa.bb?%zz', true],
  ['http://aa.bb#%zz', false],
  ['/a:b@c', false],
  ['mailto:a@b.cd', true],
  [`http://aa.bb/${'a'.repeat(2069)}`, true],
  [`http://aa.bb/${'a'.repeat(2070)}`, false],
])('of %s it says that it is a URL: %s', (text, is) => {
  expect(isUrl(text)).toBe(is);
});

test.each([
  ['http://Ab.cd:80/x', 'Ab.cd:80'],
  ['http://u:p@%C3%A9.com', 'é.com'],
  ['ab.cd/x', ''],
  ['http://[fe80::1%25en0]:80', '[fe80::1%en0]:80'],
])('the host of %s is "%s"', (text, host) => {
  expect(urlParts(text)?.host).toBe(host);
});

test.each([
  ['a@b.cd', true],
  ['a+b.c-d_e@b-c.cd', true],
  ['a@b', false],
  ['a@b.c1', false],
  ['a@b..cd', false],
  ['a@b..c.de', true],
  ['a@b.cd.', true],
  ['a@-b.cd', false],
  ['a..b@c.de', false],
  ['é@é.é', true],
  ['"a"@b.cd', true],
  ['"ab"@b.cd', false],
  ['a@b.cd ', false],
  [`${'a'.repeat(400)}@b.cd`, true],
])('of %s it says that it is an e-mail address: %s', (text, is) => {
  expect(isEmail(text)).toBe(is);
});

test('a long hostile text takes no time', () => {
  expect(isUrl(`http://${'a-'.repeat(1000)}!`)).toBe(false);
  expect(isEmail(`${'a.'.repeat(5000)}@`)).toBe(false);
});
