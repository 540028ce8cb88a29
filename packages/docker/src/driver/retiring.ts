import { sleep } from '@davit/controller';
import { AppError } from '@davit/domain';
import { keyOf } from '../labels.ts';
import type { Container } from './containers.ts';
import type { DriverContext } from './context.ts';
import { instanceOfTarget } from './render-routes.ts';

/** `stop` keeps the container, so that it can be started again. */
export type Ending = 'stop' | 'remove';

const POLL_MS = 100;
/** before one that would not end is tried again */
const RETRY_MS = 2000;

/** Instances on their way out: open requests end, then the process is asked to, then it is made to. */
export class Retiring {
  readonly #context: DriverContext;
  readonly #leaving = new Map<string, Promise<void>>();
  readonly #stop = new AbortController();
  readonly #onGone: (key: string) => void;

  constructor(context: DriverContext, onGone: (key: string) => void) {
    this.#context = context;
    this.#onGone = onGone;
  }

  has(name: string): boolean {
    return this.#leaving.has(name);
  }

  /** Begins to end an instance the edge sends nothing new to; does nothing when it is ending already. */
  begin(container: Container, ending: Ending): void {
    if (this.#leaving.has(container.name)) return;
    const work = this.#end(container, ending)
      .catch(async (error: unknown) => {
        const { signal } = this.#stop;
        if (signal.aborted) return;
        const { logger, clock } = this.#context;
        logger.log('warn', 'instance did not end', { instance: container.name, error });
        await sleep(clock, RETRY_MS, signal);
      })
      .finally(() => {
        this.#leaving.delete(container.name);
        this.#onGone(keyOf(container));
      });
    this.#leaving.set(container.name, work);
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#leaving.values());
  }

  async #end(container: Container, ending: Ending): Promise<void> {
    const { docker, times, log } = this.#context;
    const { signal } = this.#stop;
    const { id, name, status } = container;
    const object = { kind: 'Container', name };
    if (status === 'running' || status === 'restarting' || status === 'paused') {
      await this.#drain(name, signal);
      log.add(container, { reason: 'Killing', message: `Stopping container ${name}.`, object });
      await docker.stopContainer(id, times.stopSeconds, { signal });
    }
    if (ending === 'stop') return;
    await docker.removeContainer(id, { signal });
    log.add(container, { reason: 'Removed', message: `Removed container ${name}.`, object });
  }

  /** Until the edge has no request open there, at most as long as it lets them go on. */
  async #drain(name: string, signal: AbortSignal): Promise<void> {
    const { edge, clock, times } = this.#context;
    const deadline = clock.now() + times.drainMs;
    while (clock.now() < deadline) {
      signal.throwIfAborted();
      try {
        const { targets } = await edge.inForce({ signal });
        if (!targets.some(({ id, draining }) => draining && instanceOfTarget(id) === name)) return;
      } catch (error) {
        // without an edge nobody has a request open
        if (AppError.is(error, 'unavailable')) return;
        throw error;
      }
      await sleep(clock, POLL_MS, signal);
    }
  }
}
