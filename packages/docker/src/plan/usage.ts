import type { InstanceUsage } from '@davit/domain';

/** As much of a message of Docker's stats as counts. */
export interface Stats {
  read: string;
  cpu_stats: CpuStats;
  precpu_stats: CpuStats;
  /** the keys of cgroup v1 and v2 */
  memory_stats: {
    usage?: number;
    stats?: { inactive_file?: number; total_inactive_file?: number };
  };
  networks?: Record<string, { rx_bytes: number; tx_bytes: number }>;
}

interface CpuStats {
  cpu_usage: { total_usage: number };
  /** of all processors; absent in the first message of a stream */
  system_cpu_usage?: number;
  online_cpus?: number;
}

/** What an instance uses; undefined while there is nothing to compare with. */
export function usageOf(instance: string, stats: Stats): InstanceUsage | undefined {
  const { cpu_stats: now, precpu_stats: before, memory_stats: memory, networks } = stats;
  const all = (now.system_cpu_usage ?? 0) - (before.system_cpu_usage ?? 0);
  if (before.system_cpu_usage === undefined || all <= 0 || memory.usage === undefined) {
    return undefined;
  }
  const own = now.cpu_usage.total_usage - before.cpu_usage.total_usage;
  const { total_inactive_file: v1, inactive_file: v2 } = memory.stats ?? {};
  const usage = {
    instance,
    time: stats.read,
    cpu: (own / all) * (now.online_cpus ?? 1),
    memory: memory.usage - (v1 ?? v2 ?? 0),
  };
  if (networks === undefined) return usage;
  const sum = (of: 'rx_bytes' | 'tx_bytes'): number =>
    Object.values(networks).reduce((total, one) => total + one[of], 0);
  return { ...usage, network: { received: sum('rx_bytes'), sent: sum('tx_bytes') } };
}
