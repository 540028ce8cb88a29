import { expect, test } from 'vitest';
import { parseRoutes } from './host-networks.ts';

const HEADER = 'Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT';
const row = (...fields: string[]): string => [...fields, '0', '0', '0'].join('\t');

test('reads the networks at the host itself, those of bridges without members too', () => {
  const text = [
    HEADER,
    row('eth0', '00000000', '0100000A', '0003', '0', '0', '0', '00000000'),
    row('eth0', '0000000A', '00000000', '0001', '0', '0', '0', '00FFFFFF'),
    row('eth0', '0000010A', '0100000A', '0003', '0', '0', '0', '00FFFFFF'),
    row('tun0', '0000000A', '00000000', '0001', '0', '0', '0', '000000FF'),
    row('br-1', '0003580A', '00000000', '0001', '0', '0', '0', '00FFFFFF'),
    row('wg0', '0100A8C0', '00000000', '0005', '0', '0', '0', 'FFFFFFFF'),
    '',
  ].join('\n');
  expect(parseRoutes(text)).toEqual(['10.0.0.0/24', '10.88.3.0/24', '192.168.0.1/32']);
});

test.each(['', HEADER, 'something else'])('finds none in %j', (text) => {
  expect(parseRoutes(text)).toEqual([]);
});
