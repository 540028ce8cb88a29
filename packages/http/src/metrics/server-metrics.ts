import type { Request, Response } from 'express';
import { Counter, Gauge, Registry } from 'prom-client';
import type { Step } from '../middleware/every-request.ts';
import { RequestFigures } from './request-figures.ts';

/** A number that is read when somebody asks for it. */
export interface MetricSource {
  /** `davit_realtime_clients` */
  name: string;
  help: string;
  /** counters only grow */
  type: 'gauge' | 'counter';
  read: () => number | Promise<number>;
}

/** What Prometheus reads of this server: requests are counted as they end, everything else when it is asked for. */
export class ServerMetrics {
  readonly #registry = new Registry();
  readonly #requests = new RequestFigures();

  constructor(sources: readonly MetricSource[] = []) {
    for (const source of sources) this.#add(source);
  }

  /** Counts every request. */
  step(): Step {
    return (req, res) => {
      const started = performance.now();
      this.#requests.begin();
      return () => this.#count(req, res, (performance.now() - started) / 1000);
    };
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** Everything, in Prometheus's text format. */
  async text(): Promise<string> {
    return `${this.#requests.text()}\n${await this.#registry.metrics()}`;
  }

  #count(req: Request, res: Response, seconds: number): void {
    this.#requests.end({
      method: req.method,
      route: routeOf(req),
      status: res.statusCode,
      seconds: isStream(res) ? undefined : seconds,
    });
  }

  #add({ name, help, type, read }: MetricSource): void {
    const common = { name, help, registers: [this.#registry] };
    if (type === 'gauge') {
      const gauge: Gauge = new Gauge({
        ...common,
        collect: async (): Promise<void> => gauge.set(await read()),
      });
      return;
    }
    const counter: Counter = new Counter({
      ...common,
      async collect(): Promise<void> {
        const value = await read();
        counter.reset();
        counter.inc(value);
      },
    });
  }
}

function routeOf(req: Request): string {
  const { path } = (req.route ?? {}) as { path?: unknown };
  return typeof path === 'string' ? path : 'none';
}

function isStream(res: Response): boolean {
  return String(res.getHeader('content-type') ?? '').startsWith('text/event-stream');
}
