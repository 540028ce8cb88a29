import { expect, test } from 'vitest';
import { usageOf } from './usage.ts';

const cpu = (own: number, all: number) => ({
  cpu_usage: { total_usage: own },
  system_cpu_usage: all,
  online_cpus: 4,
});
const stats = {
  read: '2026-01-02T03:04:05.6Z',
  precpu_stats: cpu(1_000, 100_000),
  cpu_stats: cpu(3_000, 104_000),
  memory_stats: { usage: 5_000, stats: { total_inactive_file: 1_000, inactive_file: 1 } },
  networks: { eth0: { rx_bytes: 1, tx_bytes: 2 }, eth1: { rx_bytes: 10, tx_bytes: 20 } },
};

test('counts processors in cores, and memory without what could be given back', () => {
  expect(usageOf('web-1', stats)).toEqual({
    instance: 'web-1',
    time: stats.read,
    cpu: 2,
    memory: 4_000,
    network: { received: 11, sent: 22 },
  });
  const v2 = { usage: 5_000, stats: { inactive_file: 2_000 } };
  expect(usageOf('web-1', { ...stats, memory_stats: v2 })?.memory).toBe(3_000);
});

test('says nothing before there are two samples', () => {
  const first = { cpu_usage: { total_usage: 0 } };
  expect(usageOf('web-1', { ...stats, precpu_stats: first })).toBeUndefined();
});

test('says nothing of one that has ended', () => {
  expect(usageOf('web-1', { ...stats, memory_stats: {} })).toBeUndefined();
});
