import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '@davit/testkit';
import type { DockerEngine } from '@davit/testkit';
import { serveWorld } from '../docker/serve-world.ts';
import type { ServeWorld } from '../docker/serve-world.ts';
import { getOnce } from '../product/get-once.ts';
import { type BenchCase, median, type Row } from './bench-case.ts';
import { processFigures } from './process-figures.ts';

const RUNS = 10;
const IDLE_MS = 10_000;

export const docker: BenchCase = {
  name: 'a rollout record to an app that serves, on Docker',
  beside: 'create and start of a container of the same image through Docker’s API, image present',
  limit: 180,
  async run(signal) {
    await using world = await serveWorld();
    const first: number[] = [];
    const changes: number[] = [];
    const bare: number[] = [];
    for (let run = 0; run < RUNS; run++) {
      signal.throwIfAborted();
      const app = await world.app(`bench-${run}`);
      const url = await app.serviceUrl();
      first.push(await timed(() => app.roll('1'), { url, text: 'one' }));
      changes.push(await timed(() => app.roll('2'), { url, text: 'two' }));
      bare.push(await startBare(world.engine));
    }
    return [
      {
        what: `first version (median of ${RUNS})`,
        unit: 'ms',
        davit: median(first),
        bare: median(bare),
      },
      {
        what: `first version, slowest`,
        unit: 'ms',
        davit: Math.max(...first),
        bare: Math.max(...bare),
      },
      {
        what: `image change (median of ${RUNS})`,
        unit: 'ms',
        davit: median(changes),
        bare: median(bare),
      },
      {
        what: `image change, slowest`,
        unit: 'ms',
        davit: Math.max(...changes),
        bare: Math.max(...bare),
      },
      ...(await idle(world, signal)),
    ];
  },
};

/** Milliseconds from the POST of the record to the first answer of the new version through the edge. */
async function timed(
  roll: () => Promise<unknown>,
  { url, text }: { url: string; text: string },
): Promise<number> {
  const begin = performance.now();
  await roll();
  await until(async () => (await getOnce(url)) === text, { interval: 5, timeout: 60_000 });
  return performance.now() - begin;
}

async function startBare(engine: DockerEngine): Promise<number> {
  const begin = performance.now();
  const body = { Image: 'davit.test/web:1' };
  const { Id } = await engine.api<{ Id: string }>('POST', '/containers/create', body);
  await engine.api('POST', `/containers/${Id}/start`);
  const took = performance.now() - begin;
  await engine.api('DELETE', `/containers/${Id}?force=1`);
  return took;
}

/** Server and edge with ten apps at rest. */
async function idle(world: ServeWorld, signal: AbortSignal): Promise<Row[]> {
  const pids = { server: world.server.pid, edge: await world.edgePid() };
  await sleep(IDLE_MS, undefined, { signal });
  return Object.entries(pids).flatMap(([name, pid]): Row[] => [
    {
      what: `${name}, resident with ${RUNS} idle apps`,
      unit: 'MB',
      davit: processFigures(pid).memory,
    },
  ]);
}
