import type { RequestDone } from '@davit/kubernetes';
import type { QueueStats } from '@davit/controller';

interface Series {
  help: string;
  type: 'counter' | 'gauge';
  values: Map<string, number>;
}

/** Numbers for Prometheus, in its text format. */
export class Metrics {
  readonly #series = new Map<string, Series>();

  constructor() {
    // named from the start, so that a rate over a first failure is one
    for (const result of RESULTS) this.#reconciles().values.set(label({ result }), 0);
  }

  reconciled(result: (typeof RESULTS)[number], seconds: number): void {
    add(this.#reconciles(), { result }, 1);
    const help = 'Time spent reconciling.';
    add(this.#get('davit_reconcile_seconds_total', help), {}, seconds);
  }

  failed(code: string): void {
    add(this.#get('davit_reconcile_errors_total', 'Failed reconciles by error code.'), { code }, 1);
  }

  request({ method, status }: RequestDone): void {
    const series = this.#get('davit_kube_requests_total', 'Requests to the API server.');
    add(series, { method, code: status === 0 ? 'none' : String(status) }, 1);
  }

  /** Everything counted, with the levels of right now. */
  text(now: { queue: QueueStats; leading: boolean; connected: boolean }): string {
    const { queue } = now;
    const gauge = (name: string, help: string, value: number): void => {
      const series = this.#get(name, help);
      series.type = 'gauge';
      series.values.set('', value);
    };
    gauge('davit_queue_depth', 'Rollouts waiting to be reconciled.', queue.depth);
    gauge('davit_queue_running', 'Rollouts being reconciled.', queue.running);
    gauge('davit_queue_delayed', 'Rollouts to be looked at later.', queue.delayed);
    gauge('davit_leading', 'Whether this copy does the work.', Number(now.leading));
    gauge('davit_connected', 'Whether all watches are connected.', Number(now.connected));
    gauge('process_resident_memory_bytes', 'Memory in use.', process.memoryUsage.rss());
    const count = (name: string, help: string, value: number): void =>
      void this.#get(name, help).values.set('', value);
    count('davit_queue_adds_total', 'Rollouts put into the queue.', queue.adds);
    count('davit_queue_retries_total', 'Rollouts put back after a failure.', queue.retries);
    count('davit_queue_wait_seconds_total', 'Time spent in the queue.', queue.waitMs / 1000);
    return [...this.#series].map(([name, series]) => lines(name, series)).join('');
  }

  #reconciles(): Series {
    return this.#get('davit_reconciles_total', 'Finished reconciles by result.');
  }

  #get(name: string, help: string): Series {
    const known = this.#series.get(name);
    if (known) return known;
    const series: Series = { help, type: 'counter', values: new Map() };
    this.#series.set(name, series);
    return series;
  }
}

const RESULTS = ['ok', 'error'] as const;

function add(series: Series, labels: Record<string, string>, by: number): void {
  const key = label(labels);
  series.values.set(key, (series.values.get(key) ?? 0) + by);
}

/** Values come from closed sets, so nothing has to be escaped. */
function label(labels: Record<string, string>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${value}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function lines(name: string, { help, type, values }: Series): string {
  const head = `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;
  return head + [...values].map(([labels, value]) => `${name}${labels} ${value}\n`).join('');
}
