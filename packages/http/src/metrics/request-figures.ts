const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const TOTAL = 'davit_http_requests_total';
const DURATION = 'davit_http_request_duration_seconds';
const OPEN = 'davit_http_requests_open';

export interface FinishedRequest {
  method: string;
  /** its pattern, never the path: ids would make a series each */
  route: string;
  status: number;
  /** undefined: an event stream, whose length says nothing */
  seconds: number | undefined;
}

interface Series {
  labels: string;
  count: number;
}

interface Durations extends Series {
  /** how many took as long as each of `SECONDS`, and longer than the one before; the last: longer than all */
  counts: number[];
  sum: number;
}

/** What is counted of requests. Kept by hand: every request passes here, and looking labels up takes its time. */
export class RequestFigures {
  readonly #totals = new Map<string, Series>();
  readonly #durations = new Map<string, Durations>();
  #open = 0;

  begin(): void {
    this.#open++;
  }

  end({ method, route, status, seconds }: FinishedRequest): void {
    this.#open--;
    const kind = `${method} ${route}`;
    const key = `${status} ${kind}`;
    let total = this.#totals.get(key);
    if (!total)
      this.#totals.set(key, (total = { labels: labelsOf({ method, route, status }), count: 0 }));
    total.count++;
    if (seconds === undefined) return;
    let durations = this.#durations.get(kind);
    if (!durations) this.#durations.set(kind, (durations = noDurations({ method, route })));
    durations.count++;
    durations.sum += seconds;
    const found = SECONDS.findIndex((bound) => seconds <= bound);
    const index = found === -1 ? SECONDS.length : found;
    durations.counts[index] = (durations.counts[index] ?? 0) + 1;
  }

  /** In Prometheus's text format. */
  text(): string {
    const totals = [...this.#totals.values()];
    return [
      `# HELP ${TOTAL} Answered requests by route pattern and status.`,
      `# TYPE ${TOTAL} counter`,
      ...totals.map(({ labels, count }) => `${TOTAL}{${labels}} ${count}`),
      '',
      `# HELP ${DURATION} Time to the end of the answer, event streams left out.`,
      `# TYPE ${DURATION} histogram`,
      ...[...this.#durations.values()].flatMap(histogram),
      '',
      `# HELP ${OPEN} Requests under way, event streams among them.`,
      `# TYPE ${OPEN} gauge`,
      `${OPEN} ${this.#open}`,
      '',
    ].join('\n');
  }
}

function noDurations(labels: Record<string, string>): Durations {
  const counts = new Array<number>(SECONDS.length + 1).fill(0);
  return { labels: labelsOf(labels), count: 0, counts, sum: 0 };
}

function histogram({ labels, count, counts, sum }: Durations): string[] {
  let below = 0;
  const buckets = [...SECONDS.map(String), '+Inf'].map((bound, index) => {
    below += counts[index] ?? 0;
    return `${DURATION}_bucket{le="${bound}",${labels}} ${below}`;
  });
  return [...buckets, `${DURATION}_sum{${labels}} ${sum}`, `${DURATION}_count{${labels}} ${count}`];
}

function labelsOf(labels: Record<string, string | number>): string {
  const escaped = (value: string | number): string =>
    String(value).replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${escaped(value)}"`)
    .join(',');
}
