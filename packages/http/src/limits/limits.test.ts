import type { IncomingMessage } from 'node:http';
import { isInside } from '@davit/records';
import { describe, expect, test } from 'vitest';
import { realIp } from '../client-ip.ts';
import { findRule } from './find-rule.ts';

const rule = (label: string, audience = ''): Parameters<typeof findRule>[0][number] => ({
  label,
  audience,
  duration: 1,
  maxRequests: 1,
});

describe('the rule of a request', () => {
  const rules = [rule('/api/'), rule('*:create'), rule('users:create', '@auth'), rule('/api/a')];
  test.each([
    [['users:create', '*:create', '/api/x'], '@auth', 'users:create'],
    [['users:create', '*:create', '/api/x'], '@guest', '*:create'],
    [['GET /api/a', '/api/a'], '@guest', '/api/a'],
    [['GET /api/b', '/api/b'], '@guest', '/api/'],
    [['GET /', '/'], '@guest', undefined],
  ] as const)('for %j and %s is %s', (labels, audience, expected) => {
    expect(findRule(rules, labels, audience)?.label).toBe(expected);
  });
});

test('addresses and subnets of both versions are told apart', () => {
  const list = ['10.0.0.0/8', '192.168.1.1', 'fd00::/8', 'nonsense', '1.2.3.4/99'];
  expect(isInside('10.9.8.7', list)).toBe(true);
  expect(isInside('192.168.1.1', list)).toBe(true);
  expect(isInside('fd12::1', list)).toBe(true);
  expect(isInside('192.168.1.2', list)).toBe(false);
  expect(isInside('1.2.3.4', list)).toBe(false);
  expect(isInside('', list)).toBe(false);
});

describe('the address behind proxies', () => {
  const request = (lines: string[]): IncomingMessage =>
    ({
      headersDistinct: { 'x-forwarded-for': lines },
      socket: { remoteAddress: '::ffff:9.9.9.9' },
    }) as unknown as IncomingMessage;
  const proxy = { headers: ['X-Forwarded-For'], useLeftmostIP: false };
  test.each([
    [['1.1.1.1, 2.2.2.2'], proxy, '2.2.2.2'],
    [['1.1.1.1, 2.2.2.2, unknown'], proxy, '2.2.2.2'],
    [['1.1.1.1', '3.3.3.3'], proxy, '3.3.3.3'],
    [['1.1.1.1, 2.2.2.2'], { ...proxy, useLeftmostIP: true }, '1.1.1.1'],
    [['unknown'], proxy, '9.9.9.9'],
    [['1.1.1.1'], { ...proxy, headers: [] }, '9.9.9.9'],
    [['::ffff:1.1.1.1'], proxy, '1.1.1.1'],
    [['2001:DB8::1'], proxy, '2001:0db8:0000:0000:0000:0000:0000:0001'],
    [['::'], proxy, '0000:0000:0000:0000:0000:0000:0000:0000'],
    [['fe80::1:2%eth0'], proxy, 'fe80:0000:0000:0000:0000:0000:0001:0002%eth0'],
    [['1:2:3:4:5:6:7:8'], proxy, '0001:0002:0003:0004:0005:0006:0007:0008'],
    [['64:ff9b::192.0.2.33'], proxy, '0064:ff9b:0000:0000:0000:0000:c000:0221'],
    [['[2001:db8::1]'], proxy, '9.9.9.9'],
  ])('in %j by %j is %s', (lines, settings, expected) => {
    expect(realIp(request(lines), settings)).toBe(expected);
  });
});
