import { Counter, Gauge, Histogram, Registry } from 'prom-client';

export interface SeriesOptions<T extends string> {
  help: string;
  labelNames: T[];
}

export interface HistogramOptions<T extends string> extends SeriesOptions<T> {
  buckets: number[];
}

export interface LevelOptions {
  help: string;
  labels?: Record<string, string>;
  read: () => number;
}

export interface EachOptions {
  help: string;
  labelNames: string[];
  read: (set: (labels: Record<string, string>, value: number) => void) => void;
}

/** Numbers that are counted as things happen, and numbers that are read when somebody asks. */
export class Series {
  readonly #registry = new Registry();

  counter<T extends string>(name: string, options: SeriesOptions<T>): Counter<T> {
    return new Counter({ name, ...options, registers: [this.#registry] });
  }

  histogram<T extends string>(name: string, options: HistogramOptions<T>): Histogram<T> {
    return new Histogram({ name, ...options, registers: [this.#registry] });
  }

  level(name: string, { help, labels = {}, read }: LevelOptions): void {
    const gauge: Gauge = new Gauge({
      ...{ name, help, labelNames: Object.keys(labels), registers: [this.#registry] },
      collect: (): void => gauge.set(labels, read()),
    });
  }

  /** What somebody else counts. */
  total(name: string, { help, labels = {}, read }: LevelOptions): void {
    const counter = new Counter({
      ...{ name, help, labelNames: Object.keys(labels), registers: [this.#registry] },
      collect() {
        counter.reset();
        counter.inc(labels, read());
      },
    });
  }

  /** A series for each of what there is at the moment. */
  each(name: string, { read, ...options }: EachOptions): void {
    const gauge: Gauge = new Gauge({
      ...{ name, ...options, registers: [this.#registry] },
      collect: (): void => {
        gauge.reset();
        read((labels, value) => gauge.set(labels, value));
      },
    });
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }
}
