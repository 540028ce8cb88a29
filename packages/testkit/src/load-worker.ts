import { Agent, get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { localLookup } from './local-lookup.ts';
import type { LoadCounts, LoadOptions } from './load-generator.ts';

/** The process behind `loadGenerator`: counts until it is told to stop or its parent is gone. */
const task = JSON.parse(process.argv[2] ?? '{}') as Required<LoadOptions> & { url: string };
const agent = task.keepAlive
  ? new Agent({ keepAlive: true, maxSockets: task.connections, lookup: localLookup })
  : new Agent({ keepAlive: false, lookup: localLookup });
const counts: LoadCounts = { ok: 0, failed: 0, errors: {}, bodies: {}, slowest: 0, p99: 0 };
const times: number[] = [];
const tick = Math.max(1, Math.floor(1000 / task.rate));
const started = performance.now();
let sent = 0;
let open = 0;
let running = true;

process.once('disconnect', () => process.exit());
process.on('message', (what) => void (what === 'stop' ? stop() : process.send?.(summary())));
process.send?.(counts);
while (running) {
  const due = Math.floor(((performance.now() - started) / 1000) * task.rate);
  for (; sent < due; sent++) send();
  await sleep(tick);
}

async function stop(): Promise<void> {
  running = false;
  while (open > 0) await sleep(10);
  agent.destroy();
  process.send?.(summary(), () => process.disconnect());
}

function send(): void {
  const begin = performance.now();
  let settled = false;
  const settle = (error?: string): void => {
    if (settled) return;
    settled = true;
    open -= 1;
    const took = performance.now() - begin;
    times.push(took);
    counts.slowest = Math.max(counts.slowest, Math.round(took));
    if (error === undefined) counts.ok += 1;
    else {
      counts.failed += 1;
      count(counts.errors, error);
    }
  };
  open += 1;
  const request = get(task.url, { agent, signal: AbortSignal.timeout(task.timeout) });
  request.on('error', (error: NodeJS.ErrnoException) => settle(kind(error)));
  request.on('response', (response) => {
    let body = '';
    response.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    response.on('error', (error: NodeJS.ErrnoException) => settle(kind(error)));
    response.on('end', () => {
      const status = response.statusCode ?? 0;
      if (status < 200 || status > 299) return settle(String(status));
      count(counts.bodies, body.slice(0, 100));
      settle();
    });
  });
}

function summary(): LoadCounts {
  const sorted = [...times].sort((a, b) => a - b);
  const p99 = sorted[Math.floor(sorted.length * 0.99)] ?? 0;
  return { ...counts, p99: Math.round(p99) };
}

function count(table: Record<string, number>, key: string): void {
  table[key] = (table[key] ?? 0) + 1;
}

function kind(error: NodeJS.ErrnoException): string {
  return error.name === 'AbortError' ? 'timeout' : (error.code ?? error.message);
}
