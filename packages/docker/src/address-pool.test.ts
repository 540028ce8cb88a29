import { expect, test } from 'vitest';
import { freeAddress, freeSubnet, gatewayOf, parseCidr } from './address-pool.ts';

test('takes the first /24 that overlaps nothing', () => {
  expect(freeSubnet('10.88.0.0/16', [])).toBe('10.88.0.0/24');
  expect(freeSubnet('10.88.0.0/16', ['10.88.0.0/24', '10.88.2.0/24'])).toBe('10.88.1.0/24');
  expect(freeSubnet('10.88.0.0/16', ['10.88.0.77/23'])).toBe('10.88.2.0/24');
  expect(freeSubnet('10.88.0.0/16', ['172.17.0.0/16', 'fd00::/64', ''])).toBe('10.88.0.0/24');
});

test('has none where the pool is used up, or is none', () => {
  expect(freeSubnet('10.88.0.0/23', ['10.0.0.0/8'])).toBeUndefined();
  expect(freeSubnet('nonsense', [])).toBeUndefined();
});

test('gives out addresses in turn and reuses them as late as possible', () => {
  const used = new Set(['10.88.3.2', '10.88.3.4']);
  expect(freeAddress('10.88.3.0/24', used, undefined)).toBe('10.88.3.3');
  expect(freeAddress('10.88.3.0/24', used, '10.88.3.3')).toBe('10.88.3.5');
  expect(freeAddress('10.88.3.0/24', used, '10.88.3.254')).toBe('10.88.3.3');
});

test('never gives out network, gateway and broadcast', () => {
  const given = new Set<string>();
  for (;;) {
    const address = freeAddress('10.88.3.0/24', given, undefined);
    if (address === undefined) break;
    given.add(address);
  }
  expect(given.size).toBe(253);
  for (const end of ['0', '1', '255']) expect(given).not.toContain(`10.88.3.${end}`);
  expect(gatewayOf('10.88.3.0/24')).toBe('10.88.3.1');
});

test('reads ranges', () => {
  expect(parseCidr('1.2.3.4/32')).toEqual({ first: 16_909_060, last: 16_909_060 });
});
