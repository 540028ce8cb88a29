import type { DeploymentRef, InstanceUsage } from '@davit/domain';
import { ndjson } from '../ndjson.ts';
import { usageOf } from '../plan/usage.ts';
import type { Stats } from '../plan/usage.ts';
import { isRunning, listContainers } from './containers.ts';
import type { Container } from './containers.ts';
import type { DriverContext } from './context.ts';

/** a container nobody asks about is not measured any more */
const IDLE_MS = 15_000;

interface Gauge {
  asked: number;
  newest: InstanceUsage | undefined;
  /** there is a first sample, or there will be none */
  first: Promise<void>;
}

/**
 * What containers use. Docker needs two seconds to measure one, but tells every second of one that it measures: so
 * that each has a stream of its own for as long as somebody asks.
 */
export class Meter {
  readonly #context: DriverContext;
  readonly #gauges = new Map<string, Gauge>();
  readonly #stop = new AbortController();

  constructor(context: DriverContext) {
    this.#context = context;
  }

  /** Waits for the first sample of each. */
  async read(ref: DeploymentRef, signal: AbortSignal): Promise<InstanceUsage[]> {
    const running = (await listContainers(this.#context, ref, signal)).filter(isRunning);
    const gauges = running.map((one) => this.#gauge(one));
    const aborted = Promise.withResolvers<never>();
    const abort = (): void => aborted.reject(signal.reason as Error);
    signal.addEventListener('abort', abort, { once: true });
    try {
      await Promise.race([Promise.all(gauges.map(({ first }) => first)), aborted.promise]);
    } finally {
      signal.removeEventListener('abort', abort);
    }
    return gauges.flatMap(({ newest }) => newest ?? []);
  }

  close(): void {
    this.#stop.abort();
  }

  #gauge(one: Container): Gauge {
    const asked = this.#context.clock.now();
    const known = this.#gauges.get(one.id);
    if (known !== undefined) return Object.assign(known, { asked });
    const { promise: first, resolve } = Promise.withResolvers<void>();
    const gauge: Gauge = { asked, newest: undefined, first };
    this.#gauges.set(one.id, gauge);
    void this.#follow(one, { gauge, seen: resolve })
      // it has ended, or Docker is away: the next question begins anew
      .catch(() => undefined)
      .finally(() => {
        this.#gauges.delete(one.id);
        resolve();
      });
    return gauge;
  }

  async #follow(
    { id, name }: Container,
    { gauge, seen }: { gauge: Gauge; seen: () => void },
  ): Promise<void> {
    const { docker, clock } = this.#context;
    const stream = await docker.stats(id, { signal: this.#stop.signal });
    for await (const stats of ndjson<Stats>(stream)) {
      gauge.newest = usageOf(name, stats);
      if (gauge.newest !== undefined) seen();
      if (clock.now() - gauge.asked > IDLE_MS) return;
    }
  }
}
