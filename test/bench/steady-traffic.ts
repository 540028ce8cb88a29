import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchServer } from './records-server.ts';

/** One sort of request, so many a second, sent on time whether or not earlier ones have been answered. */
export interface Traffic {
  rate: number;
  send(server: BenchServer): Promise<unknown>;
}

/** Milliseconds of each answer, and how many failed. */
export interface Taken {
  latencies: number[];
  failed: number;
}

export interface SteadyTraffic<Kind extends string> extends AsyncDisposable {
  /** what was sent since the last time, when all of it is answered */
  take(): Promise<Record<Kind, Taken>>;
}

const TICK_MS = 2;

export function steadyTraffic<Kind extends string>(
  server: BenchServer,
  kinds: Record<Kind, Traffic>,
): SteadyTraffic<Kind> {
  const ended = new AbortController();
  const streams = Object.entries<Traffic>(kinds).map(
    ([kind, traffic]) => [kind, stream(server, traffic, ended.signal)] as const,
  );
  return {
    async take() {
      const taken = streams.map(async ([kind, one]) => [kind, await one.take()] as const);
      return Object.fromEntries(await Promise.all(taken)) as Record<Kind, Taken>;
    },
    async [Symbol.asyncDispose]() {
      ended.abort();
      await Promise.all(streams.map(([, one]) => one.running));
    },
  };
}

interface Stream {
  take(): Promise<Taken>;
  running: Promise<void>;
}

function stream(server: BenchServer, traffic: Traffic, ended: AbortSignal): Stream {
  let taken: Taken = { latencies: [], failed: 0 };
  let open = new Set<Promise<void>>();
  const one = async (into: Taken): Promise<void> => {
    const started = performance.now();
    await traffic.send(server).catch(() => (into.failed += 1));
    into.latencies.push(performance.now() - started);
  };
  const run = async (): Promise<void> => {
    const begin = performance.now();
    for (let sent = 0; !ended.aborted; await sleep(TICK_MS)) {
      const due = ((performance.now() - begin) / 1000) * traffic.rate;
      for (; sent < due; sent++) open.add(one(taken));
    }
    await Promise.all(open);
  };
  return {
    async take() {
      const [result, answers] = [taken, open];
      taken = { latencies: [], failed: 0 };
      open = new Set();
      await Promise.all(answers);
      return result;
    },
    running: run(),
  };
}

/** So many of a hundred took no longer. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length * share) / 100)] ?? Number.NaN;
}
