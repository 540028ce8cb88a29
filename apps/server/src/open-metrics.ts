import { metricsListener, processMetrics, ServerMetrics } from '@davit/http';
import type { Address } from './command-line/values.ts';
import { listen } from './listen.ts';
import { metricSources } from './metric-sources.ts';
import type { Measured } from './metric-sources.ts';

/** Counts from now on; closed with `opened`. With an address, Prometheus reads there. Errors: `unavailable`. */
export async function openMetrics(
  parts: Measured,
  { address, opened }: { address: Address | undefined; opened: AsyncDisposableStack },
): Promise<ServerMetrics> {
  const own = processMetrics();
  opened.defer(() => own.close());
  const metrics = new ServerMetrics([...own.sources, ...metricSources(parts)]);
  if (address) {
    const listening = await listen(metricsListener(metrics), { address, flag: '--metrics' });
    opened.defer(() => listening.close(0));
  }
  return metrics;
}
