import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { temporaryDirectory } from '@davit/testkit';
import { type BenchCase, median, type Row } from './bench-case.ts';
import { processFigures } from './process-figures.ts';
import type { Job, LoadFigures } from './records-generator.ts';
import { waitsBesideSlowQueries } from './records-beside.ts';
import { type Scenario, scenarios } from './records-scenarios.ts';
import { type BenchServer, peakMemory, startDavit, startPocketbase } from './records-server.ts';
import { createWorld, type World } from './records-world.ts';

const ROUNDS = 3;

export interface RecordsOptions {
  /** a quarter of the requests */
  quick: boolean;
  /** posts */
  rows: number;
  /** only the scenarios it matches, and those that make the records */
  only?: RegExp | undefined;
}

/** PocketBase's own benchmark workload, against it and against Davit. */
export function records({ quick, rows, only }: RecordsOptions): BenchCase {
  const limit = quick ? 240 : 1200;
  return {
    name: 'records',
    beside: `PocketBase 0.40.4 with the same ${rows} posts and the same requests in the same run, a connection each, from a third process; the median of ${ROUNDS} rounds that alternate; each server on a new directory with its own defaults (Davit: argon2id, PocketBase: bcrypt)`,
    limit,
    async run(signal) {
      await using directory = await temporaryDirectory('bench-records');
      await using davit = await startDavit(directory.path, signal);
      await using bare = await startPocketbase(directory.path, signal);
      using generator = startGenerator();
      await sleep(2000, undefined, { signal });
      const idle = memory('resident, idle', [davit, bare], (pid) => processFigures(pid).memory);
      const worlds = [await createWorld(davit), await createWorld(bare)];
      const end = performance.now() + limit * 900;
      const run = { worlds, generator, signal, quick, end };
      const wanted = scenarios({ rows, users: quick ? 100 : 500 }).filter(
        ({ what }) => only === undefined || what.startsWith('create') || only.test(what),
      );
      const removes = ({ what }: Scenario): boolean => what.startsWith('delete');
      const measured = await measureAll(
        wanted.filter((scenario) => !removes(scenario)),
        run,
      );
      const waits = await waitsBesideSlowQueries(worlds, signal);
      measured.push(...(await measureAll(wanted.filter(removes), run)));
      const peak = memory('resident, at its most', [davit, bare], peakMemory);
      return [...measured, mean(measured), ...waits, idle, peak];
    },
  };
}

interface Run {
  worlds: World[];
  generator: ChildProcess;
  signal: AbortSignal;
  quick: boolean;
  /** no round starts after it */
  end: number;
}

async function measureAll(wanted: Scenario[], run: Run): Promise<Row[]> {
  const rows: Row[] = [];
  for (const scenario of wanted) {
    if (performance.now() < run.end) rows.push(...(await measure(scenario, run)));
  }
  return rows;
}

/** The rate of both, and a row more where requests failed. */
async function measure(scenario: Scenario, run: Run): Promise<Row[]> {
  for (const world of run.worlds) await setUp(scenario, world);
  const figures = new Map(run.worlds.map((world): [World, LoadFigures[]] => [world, []]));
  for (let round = 0; round < ROUNDS && performance.now() < run.end; round++) {
    const order = round % 2 === 0 ? run.worlds : run.worlds.toReversed();
    for (const world of order) figures.get(world)?.push(await load(scenario, world, run));
  }
  if (scenario.what.startsWith('create')) for (const world of run.worlds) await world.refresh();
  const what = `${scenario.what}, ${scenario.concurrency} at once`;
  const [davit, bare] = [...figures.values()].map((rounds) => ({
    rate: median(rounds.map(({ rate }) => rate)),
    failed: rounds.reduce((sum, { failed }) => sum + failed, 0),
  }));
  if (!davit || !bare) return [];
  const rows: Row[] = [{ what, unit: 'req/s', davit: davit.rate, bare: bare.rate }];
  if (davit.failed + bare.failed === 0) return rows;
  return [...rows, { what, unit: 'failed', davit: davit.failed, bare: bare.failed }];
}

async function setUp({ rule, collection, index }: Scenario, { server }: World): Promise<void> {
  const indexes = index === undefined ? [] : [`create index bench_${index} on posts (${index})`];
  await server.ask('PATCH', `collections/${collection}`, {
    ...(rule === undefined ? {} : { [rule.kind]: rule.text }),
    ...(collection === 'posts' ? { indexes } : {}),
  });
}

async function load(scenario: Scenario, world: World, run: Run): Promise<LoadFigures> {
  const { quick, generator, signal } = run;
  // what is created or deleted is shared out, what is only read is repeated
  const shared = /^(create|delete)/.test(scenario.what);
  const share = shared ? scenario.requests / ROUNDS : scenario.requests;
  const isSmall = quick && !scenario.what.startsWith('create');
  const count = Math.ceil(isSmall ? share / 4 : share);
  const limit = shared ? 60_000 : quick ? 800 : 4000;
  const job: Job = {
    port: world.server.port,
    requests: await scenario.make(world, count),
    count,
    concurrency: Math.min(count, scenario.concurrency),
    limit,
    background: (await scenario.background?.(world)) ?? [],
  };
  const answer = once(generator, 'message', { signal });
  generator.send(job);
  const [figures] = (await answer) as [LoadFigures];
  return figures;
}

function startGenerator(): ChildProcess {
  return fork(join(import.meta.dirname, 'records-generator.ts'), { serialization: 'advanced' });
}

function memory(what: string, servers: BenchServer[], of: (pid: number) => number): Row {
  const [davit = Number.NaN, bare] = servers.map(({ pid }) => of(pid));
  return { what, unit: 'MB', davit, bare };
}

function mean(rows: readonly Row[]): Row {
  const logarithms = rows.flatMap(({ unit, davit, bare }) =>
    unit === 'req/s' && bare ? [Math.log(davit / bare)] : [],
  );
  const sum = logarithms.reduce((total, each) => total + each, 0);
  const ratio = Math.exp(sum / logarithms.length);
  return { what: `geometric mean of ${logarithms.length} ratios`, unit: '×', davit: ratio };
}
