import { AppError } from '@davit/domain';
import type { CertificateSource, EdgePort, RouteTable } from '@davit/domain';
import { divideRoutes } from './render-routes.ts';
import { hostsToSecure, type Secured, secureRoutes } from './secure-routes.ts';
import type { StateFile } from './state-file.ts';

export interface RoutePublisherOptions {
  edge: EdgePort;
  file: StateFile;
  drainMs: number;
  holdMs: number;
  /** absent: nothing is served over HTTPS */
  certificates?: CertificateSource | undefined;
}

/** Brings the routes of all deployments to the edge, as one table with the next generation. */
export class RoutePublisher {
  readonly #options: RoutePublisherOptions;
  /** the routes in force, as JSON */
  #inForce: string | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: RoutePublisherOptions) {
    this.#options = options;
  }

  /** Hosts this deployment asked for and others have. */
  taken(key: string): string[] {
    return this.#division().taken.get(key) ?? [];
  }

  /**
   * Resolves when what the state says is in force; calls that wait for each other share a table.
   * Throws `unavailable` with the reason EdgeUnavailable.
   */
  publish(signal: AbortSignal): Promise<void> {
    const turn = this.#turn.then(() => this.#publish(signal));
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  /** Brings back a table the edge has lost. */
  async verify(signal: AbortSignal): Promise<void> {
    const { edge, file } = this.#options;
    const { generation } = await edge.inForce({ signal });
    if (generation === file.state.generation) return;
    this.#inForce = undefined;
    await this.publish(signal);
  }

  async #publish(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const secured = this.#secured();
    const wanted = JSON.stringify(secured);
    if (wanted === this.#inForce) return;
    if (this.#inForce === undefined && (await this.#isKnown(secured, signal))) return;
    await this.#next(secured, signal);
    this.#inForce = wanted;
  }

  /** After a start: the edge may still have this very table, or be ahead. */
  async #isKnown(secured: Secured, signal: AbortSignal): Promise<boolean> {
    const { file, edge } = this.#options;
    const { generation } = file.state;
    try {
      if (generation > 0) {
        await edge.put(this.#table(generation, secured), { signal });
        this.#inForce = JSON.stringify(secured);
        return true;
      }
      if (secured.routes.length === 0) return true;
      await this.#catchUp(signal);
    } catch (error) {
      if (!AppError.is(error, 'conflict')) throw told(error);
      await this.#catchUp(signal);
    }
    return false;
  }

  async #next(secured: Secured, signal: AbortSignal): Promise<void> {
    const { file, edge } = this.#options;
    await file.update((state) => {
      state.generation += 1;
    });
    try {
      await edge.put(this.#table(file.state.generation, secured), { signal });
    } catch (error) {
      // it may be in force all the same, or not: find out the next time
      this.#inForce = undefined;
      throw told(error);
    }
  }

  async #catchUp(signal: AbortSignal): Promise<void> {
    const { file, edge } = this.#options;
    const { generation } = await edge.inForce({ signal });
    await file.update((state) => {
      state.generation = Math.max(state.generation, generation);
    });
  }

  #table(generation: number, secured: Secured): RouteTable {
    const { drainMs, holdMs } = this.#options;
    return { generation, ...secured, drainMs, holdMs };
  }

  #secured(): Secured {
    const { certificates } = this.#options;
    const { routes } = this.#division();
    certificates?.want(hostsToSecure(routes));
    return secureRoutes(routes, certificates);
  }

  #division() {
    return divideRoutes(Object.values(this.#options.file.state.deployments));
  }
}

function told(error: unknown): unknown {
  if (!AppError.is(error, 'unavailable')) return error;
  const message = 'The edge cannot be reached: requests go where they went before.';
  return new AppError('unavailable', message, { reason: 'EdgeUnavailable', cause: error });
}
