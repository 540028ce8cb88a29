import { isRunning } from './containers.ts';
import type { Container } from './containers.ts';
import type { DriverContext } from './context.ts';
import type { Reach } from './driver-state.ts';
import { isReady } from './pass.ts';
import type { Pass } from './pass.ts';

const PROBE_MS = 2000;

/** Asks every running instance that is not known to be healthy, from outside, once. Remembers who is. */
export class Gate {
  readonly #context: DriverContext;
  /** by deployment and instance: what the last probe said */
  readonly #details = new Map<string, Map<string, string>>();

  constructor(context: DriverContext) {
    this.#context = context;
  }

  detail(key: string, name: string): string {
    return this.#details.get(key)?.get(name) ?? '';
  }

  forget(key: string): void {
    this.#details.delete(key);
  }

  async check(pass: Pass, signal: AbortSignal): Promise<void> {
    const asked = [...pass.fresh, ...pass.servers].filter(
      (one) => isRunning(one) && !isReady(pass, one),
    );
    const details = new Map<string, string>();
    this.#details.set(pass.key, details);
    const healthy = await Promise.all(
      asked.map((one) => {
        const reach = pass.servers.includes(one) ? pass.reach : pass.state.spec;
        return this.#isHealthy(one, { reach, details }, signal);
      }),
    );
    const found = asked.filter((_, index) => healthy[index]);
    if (found.length === 0) return;
    await this.#context.file.update(() => {
      for (const { name, startedAt } of found) pass.state.ready[name] = startedAt;
    });
    for (const one of found) {
      this.#context.log.add(one, {
        reason: 'Ready',
        message: `Container ${one.name} is ready.`,
        object: { kind: 'Container', name: one.name },
      });
    }
  }

  async #isHealthy(
    one: Container,
    { reach, details }: { reach: Reach; details: Map<string, string> },
    signal: AbortSignal,
  ): Promise<boolean> {
    const port = reach.interfaces?.[0]?.port;
    if (reach.readiness === 'none') return true;
    const { clock, times, probe } = this.#context;
    if (port === undefined) return clock.now() - Date.parse(one.startedAt) >= times.stableMs;
    const timeout = PROBE_MS;
    const { healthy, detail } = await probe(`${one.address}:${port}`, { timeout, signal });
    details.set(one.name, detail);
    return healthy;
  }
}
