import type { AppTraffic, DeploymentRef } from '@davit/domain';

const BOUNDS = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000];

/** Counts what one app does. */
export class AppCounters {
  readonly #app: DeploymentRef;
  readonly #statuses: AppTraffic['statuses'] = [0, 0, 0, 0, 0];
  readonly #latency: number[] = new Array<number>(BOUNDS.length + 1).fill(0);
  open = 0;
  held = 0;
  aborted = 0;
  bytesIn = 0;
  bytesOut = 0;

  constructor({ projectId, deploymentId }: DeploymentRef) {
    this.#app = { projectId, deploymentId };
  }

  answered(status: number, ms: number): void {
    const position = Math.min(Math.max(Math.floor(status / 100), 1), 5) - 1;
    this.#statuses[position] = (this.#statuses[position] ?? 0) + 1;
    const bound = BOUNDS.findIndex((limit) => ms <= limit);
    const bucket = bound < 0 ? BOUNDS.length : bound;
    this.#latency[bucket] = (this.#latency[bucket] ?? 0) + 1;
  }

  read(): AppTraffic {
    const { open, held, aborted, bytesIn, bytesOut } = this;
    const latency = this.#latency.map((count, i) => ({ upToMs: BOUNDS[i] ?? null, count }));
    const statuses: AppTraffic['statuses'] = [...this.#statuses];
    return { ...this.#app, statuses, open, held, aborted, bytesIn, bytesOut, latency };
  }
}
