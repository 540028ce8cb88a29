import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { MetricSource } from './server-metrics.ts';

const NANOSECONDS = 1e9;
const MICROSECONDS = 1e6;

/** Memory, processor and event loop of this process; `close` ends the measuring. */
export function processMetrics(): { sources: readonly MetricSource[]; close(): void } {
  const delay = monitorEventLoopDelay({ resolution: 20 });
  delay.enable();
  const started = Date.now() / 1000 - process.uptime();
  const gauge = (name: string, help: string, read: () => number): MetricSource => ({
    ...{ name, help, read, type: 'gauge' },
  });
  return {
    sources: [
      gauge('process_resident_memory_bytes', 'Memory in use.', () => process.memoryUsage.rss()),
      gauge(
        'nodejs_heap_used_bytes',
        'JavaScript heap in use.',
        () => process.memoryUsage().heapUsed,
      ),
      gauge('process_start_time_seconds', 'When the process started.', () => started),
      {
        name: 'process_cpu_seconds_total',
        help: 'Processor time used.',
        type: 'counter',
        read: () => {
          const { user, system } = process.cpuUsage();
          return (user + system) / MICROSECONDS;
        },
      },
      gauge('nodejs_eventloop_delay_p99_seconds', 'Since it was last asked for.', () => {
        const seconds = delay.percentile(99) / NANOSECONDS;
        delay.reset();
        return seconds;
      }),
    ],
    close: () => delay.disable(),
  };
}
