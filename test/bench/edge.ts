import { setTimeout as sleep } from 'node:timers/promises';
import { temporaryDirectory } from '@davit/testkit';
import type { BenchCase, Row } from './bench-case.ts';
import { installProxies, type Proxy, startProxies } from './edge-proxies.ts';
import { runWrk, type WrkFigures } from './wrk.ts';

const CONNECTIONS = [1, 50, 500];
const SECONDS = 5;
const SWITCHES = 10;

export const edge: BenchCase = {
  name: 'edge',
  beside:
    'nginx with one worker, then Caddy as it comes, in front of the same instance (nginx with a fixed answer) in the same run; a switch is a new table, `nginx -s reload`, a new Caddy configuration',
  limit: 240,
  async run(signal) {
    installProxies();
    await using directory = await temporaryDirectory('bench-edge');
    await using proxies = await startProxies(directory.path);
    const rows: Row[] = [];
    await sleep(2000, undefined, { signal });
    const { davit, others } = proxies;
    const beside = (what: string, unit: Row['unit'], measured: Map<Proxy, number>): void => {
      for (const other of others) {
        const pair = { davit: measured.get(davit) ?? NaN, bare: measured.get(other) };
        rows.push({ what: `${what}, beside ${other.name}`, unit, ...pair });
      }
    };
    const all = [davit, ...others];
    beside(
      'resident, idle (Davit from source, unbundled)',
      'MB',
      new Map(all.map((proxy) => [proxy, proxy.memory()])),
    );
    for (const proxy of all) await runWrk(proxy.url, { connections: 50, seconds: 2, signal });
    for (const connections of CONNECTIONS) {
      const figures = new Map<Proxy, WrkFigures>();
      const costs = new Map<Proxy, number>();
      for (const proxy of all) {
        const before = proxy.processor();
        const measured = await runWrk(proxy.url, { connections, seconds: SECONDS, signal });
        figures.set(proxy, measured);
        const used = proxy.processor() - before;
        costs.set(proxy, (used * 1e6) / (measured.rate * SECONDS));
      }
      beside(`${connections} connections`, 'req/s', pick(figures, 'rate'));
      beside(`${connections} connections, processor time of a request`, 'CPU µs', costs);
      beside(`${connections} connections, p99`, 'ms', pick(figures, 'p99'));
    }
    const switched = new Map<Proxy, WrkFigures>();
    for (const proxy of all) switched.set(proxy, await whileSwitching(proxy, signal));
    const what = `50 connections and ${SWITCHES} switches`;
    beside(what, 'req/s', pick(switched, 'rate'));
    beside(`${what}, p99`, 'ms', pick(switched, 'p99'));
    beside(`${what}, requests lost`, 'failed', pick(switched, 'failed'));
    return rows;
  },
};

async function whileSwitching(proxy: Proxy, signal: AbortSignal): Promise<WrkFigures> {
  const running = runWrk(proxy.url, { connections: 50, seconds: SECONDS, signal });
  for (let i = 0; i < SWITCHES; i++) {
    await sleep((SECONDS * 1000) / (SWITCHES + 2), undefined, { signal });
    await proxy.switchOver();
  }
  return running;
}

function pick(figures: Map<Proxy, WrkFigures>, key: keyof WrkFigures): Map<Proxy, number> {
  return new Map([...figures].map(([proxy, one]) => [proxy, one[key]]));
}
