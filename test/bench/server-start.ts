import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { childProcess, freePort, temporaryDirectory, until } from '@davit/testkit';
import { type BenchCase, median } from './bench-case.ts';
import { processFigures } from './process-figures.ts';

const SERVER = join(import.meta.dirname, '../../apps/server/dist/main.js');
const RUNS = 5;
const BARE = `import { createServer } from 'node:http';
createServer((_, response) => response.end('{}')).listen(Number(process.argv[1]), '127.0.0.1');`;

interface Start {
  milliseconds: number;
  memory: number;
}

export const serverStart: BenchCase = {
  name: 'server start',
  beside: 'Node with a `node:http` server of one line',
  limit: 120,
  async run(signal) {
    if (!existsSync(SERVER)) throw new Error('the server is not bundled (npm run build)');
    await using directory = await temporaryDirectory('bench');
    const serve = (port: number): string[] => {
      const flags = ['--http', `127.0.0.1:${port}`, '--driver', 'none'];
      return [SERVER, 'serve', '--dir', join(directory.path, 'pb_data'), ...flags];
    };
    const bare = (port: number): string[] => ['--input-type=module', '-e', BARE, String(port)];
    const first = await start(serve, signal);
    const [davit, plain]: [Start[], Start[]] = [[], []];
    for (let run = 0; run < RUNS; run++) {
      davit.push(await start(serve, signal));
      plain.push(await start(bare, signal));
    }
    const pick = (starts: Start[], key: keyof Start): number => median(starts.map((s) => s[key]));
    return [
      { what: 'new directory, until /api/health', unit: 'ms', davit: first.milliseconds },
      {
        what: `existing directory, until /api/health (median of ${RUNS})`,
        unit: 'ms',
        davit: pick(davit, 'milliseconds'),
        bare: pick(plain, 'milliseconds'),
      },
      {
        what: 'resident, 3 s after that',
        unit: 'MB',
        davit: pick(davit, 'memory'),
        bare: pick(plain, 'memory'),
      },
    ];
  },
};

async function start(args: (port: number) => string[], signal: AbortSignal): Promise<Start> {
  const port = await freePort();
  const begin = performance.now();
  await using child = await childProcess(process.execPath, args(port));
  const health = async (): Promise<boolean> => {
    const response = await fetch(`http://127.0.0.1:${port}/api/health`);
    return response.ok;
  };
  await until(health, { interval: 5, signal });
  const milliseconds = performance.now() - begin;
  await sleep(3_000, undefined, { signal });
  return { milliseconds, memory: processFigures(child.pid).memory };
}
