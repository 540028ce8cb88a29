import type { Request, RequestHandler, Response } from 'express';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** A number that is read when somebody asks for it. */
export interface MetricSource {
  /** `davit_realtime_clients` */
  name: string;
  help: string;
  /** counters only grow */
  type: 'gauge' | 'counter';
  read: () => number | Promise<number>;
}

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** What Prometheus reads of this server: requests are counted as they end, everything else when it is asked for. */
export class ServerMetrics {
  readonly #registry = new Registry();
  readonly #requests: Counter<'method' | 'route' | 'status'>;
  readonly #durations: Histogram<'method' | 'route'>;
  readonly #open: Gauge;

  constructor(sources: readonly MetricSource[] = []) {
    const registers = [this.#registry];
    this.#requests = new Counter({
      name: 'davit_http_requests_total',
      help: 'Answered requests by route pattern and status.',
      labelNames: ['method', 'route', 'status'],
      registers,
    });
    this.#durations = new Histogram({
      name: 'davit_http_request_duration_seconds',
      help: 'Time to the end of the answer, event streams left out.',
      labelNames: ['method', 'route'],
      buckets: SECONDS,
      registers,
    });
    this.#open = new Gauge({
      name: 'davit_http_requests_open',
      help: 'Requests under way, event streams among them.',
      registers,
    });
    for (const source of sources) this.#add(source);
  }

  /** In front of everything that is to be counted. */
  middleware(): RequestHandler {
    return (req, res, next) => {
      const started = performance.now();
      this.#open.inc();
      res.once('close', () => {
        this.#open.dec();
        this.#count(req, res, (performance.now() - started) / 1000);
      });
      next();
    };
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** Everything, in Prometheus's text format. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  #count(req: Request, res: Response, seconds: number): void {
    const { method } = req;
    const route = routeOf(req);
    this.#requests.inc({ method, route, status: String(res.statusCode) });
    if (!isStream(res)) this.#durations.observe({ method, route }, seconds);
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

/** The pattern, never the path: ids would make a series each. */
function routeOf(req: Request): string {
  const { path } = (req.route ?? {}) as { path?: unknown };
  return typeof path === 'string' ? path : 'none';
}

function isStream(res: Response): boolean {
  return String(res.getHeader('content-type') ?? '').startsWith('text/event-stream');
}
