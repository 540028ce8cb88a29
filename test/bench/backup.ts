import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { temporaryDirectory } from '@davit/testkit';
import type { BenchCase, Row } from './bench-case.ts';
import { startDavit, startPocketbase } from './records-server.ts';
import type { BenchServer } from './records-server.ts';
import { percentile, type SteadyTraffic, steadyTraffic, type Taken } from './steady-traffic.ts';

const MEGABYTE = 2 ** 20;
const QUIET_MS = 10_000;
const SETTLE_MS = 2000;
const SAMPLE_MS = 100;
const ROW_BYTES = 4096;
const WARM_UP_ROUNDS = 600;
const NOTES = 'collections/notes/records';
const FIRST_NOTE = 'r'.padEnd(15, '0');

const write = (server: BenchServer): Promise<unknown> =>
  server.ask('POST', NOTES, { text: 'x'.repeat(500) });

const TRAFFIC = {
  health: { rate: 20, send: (server: BenchServer) => server.ask('GET', 'health') },
  read: { rate: 50, send: (server: BenchServer) => server.ask('GET', `${NOTES}/${FIRST_NOTE}`) },
  write: { rate: 100, send: write },
};
type Kind = keyof typeof TRAFFIC;
const KINDS = Object.keys(TRAFFIC) as Kind[];

interface Figures {
  seconds: number;
  /** what was asked while no backup was made, and while one was */
  without: Record<Kind, Taken>;
  with: Record<Kind, Taken>;
  /** MB above what it used before */
  server: number;
  tree: number;
  zip: number;
}

/** Backups of a directory of that size while others read and write, with pauses between. */
export function backup({ quick }: { quick: boolean }): BenchCase {
  const size = quick ? 128 : 1024;
  const rounds = quick ? 3 : 2;
  return {
    name: `Backup of ${size} MB while 100 records a second are written and 50 read`,
    beside: `PocketBase 0.40.4 on a directory of its own; ${rounds} backups of each, 10 s apart`,
    limit: 1200,
    async run(signal) {
      const davit = await measure(startDavit, { size, rounds, signal });
      const bare = await measure(startPocketbase, { size, rounds, signal });
      const row = (what: string, unit: Row['unit'], of: (figures: Figures) => number): Row => ({
        what,
        unit,
        davit: of(davit),
        bare: of(bare),
      });
      const p99 = ({ latencies }: Taken): number => percentile(latencies, 99);
      const ofKind = (kind: Kind): Row[] => [
        row(`p99 of a ${kind} between the backups`, 'ms', (figures) => p99(figures.without[kind])),
        row(`p99 of a ${kind} during them`, 'ms', (figures) => p99(figures.with[kind])),
      ];
      const failed = (figures: Figures): number =>
        KINDS.reduce((sum, kind) => sum + figures.with[kind].failed, 0);
      return [
        row('the backup is there and was read back', 's', ({ seconds }) => seconds),
        row('size of the zip', 'MB', ({ zip }) => zip),
        ...KINDS.flatMap(ofKind),
        row('requests that failed meanwhile', 'failed', failed),
        row('memory added, the server', 'MB', ({ server }) => server),
        row('memory added, with its child processes', 'MB', ({ tree }) => tree),
      ];
    },
  };
}

interface Scene {
  size: number;
  rounds: number;
  signal: AbortSignal;
}

async function measure(
  start: (directory: string, signal: AbortSignal) => Promise<BenchServer>,
  { size, rounds, signal }: Scene,
): Promise<Figures> {
  await using directory = await temporaryDirectory('bench-backup');
  await using first = await start(directory.path, signal);
  await first.ask('POST', 'collections', {
    name: 'notes',
    type: 'base',
    fields: [{ name: 'text', type: 'text', max: 100_000 }],
  });
  await first[Symbol.asyncDispose]();
  const data = join(directory.path, readdirSync(directory.path)[0] ?? '', 'pb_data');
  await fill(data, size);
  await using server = await start(directory.path, signal);
  await warmUp(server);
  await using traffic = steadyTraffic(server, TRAFFIC);
  const figures = noFigures();
  for (let round = 0; round < rounds; round++) await oneBackup(server, traffic, figures);
  figures.seconds /= rounds;
  figures.zip = (await stat(join(data, 'backups', 'bench.zip'))).size / MEGABYTE;
  return figures;
}

async function oneBackup(
  server: BenchServer,
  traffic: SteadyTraffic<Kind>,
  figures: Figures,
): Promise<void> {
  await server.ask('DELETE', 'backups/bench.zip').catch(() => undefined);
  await sleep(SETTLE_MS);
  await traffic.take();
  await sleep(QUIET_MS);
  add(figures.without, await traffic.take());
  const memory = watchMemory(server.pid);
  const begin = performance.now();
  await server.ask('POST', 'backups', { name: 'bench.zip' });
  figures.seconds += (performance.now() - begin) / 1000;
  const added = memory();
  add(figures.with, await traffic.take());
  figures.server = Math.max(figures.server, added.server);
  figures.tree = Math.max(figures.tree, added.tree);
}

function noFigures(): Figures {
  const none = (): Record<Kind, Taken> => ({
    health: { latencies: [], failed: 0 },
    read: { latencies: [], failed: 0 },
    write: { latencies: [], failed: 0 },
  });
  return { seconds: 0, without: none(), with: none(), server: 0, tree: 0, zip: 0 };
}

function add(sum: Record<Kind, Taken>, more: Record<Kind, Taken>): void {
  for (const kind of KINDS) {
    sum[kind].latencies.push(...more[kind].latencies);
    sum[kind].failed += more[kind].failed;
  }
}

/** Half in the database, half in files; nothing of it can be packed much. */
async function fill(data: string, megabytes: number): Promise<void> {
  const db = new DatabaseSync(join(data, 'data.db'));
  const insert = db.prepare('INSERT INTO notes (id, text) VALUES (?, ?)');
  const rows = (megabytes / 2) * (MEGABYTE / ROW_BYTES);
  db.exec('BEGIN');
  for (let row = 0; row < rows; row++) {
    insert.run(
      `r${String(row).padStart(14, '0')}`,
      randomBytes((ROW_BYTES * 3) / 4 - 30).toString('base64'),
    );
  }
  db.exec('COMMIT; PRAGMA wal_checkpoint(TRUNCATE)');
  db.close();
  for (let file = 0; file < megabytes / 2; file++) {
    const folder = join(data, 'storage', 'pbc_bench', String(file));
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'file.bin'), randomBytes(MEGABYTE));
  }
}

/** Until the server has the memory that writing takes: more is the backup's. */
async function warmUp(server: BenchServer): Promise<void> {
  for (let round = 0; round < WARM_UP_ROUNDS; round++) {
    await Promise.all(Array.from({ length: 50 }, () => write(server)));
  }
}

/** The answer tells how much more there was at most. */
function watchMemory(pid: number): () => { server: number; tree: number } {
  const before = { server: proportional(pid), tree: ofTree(pid) };
  const most = { ...before };
  const timer = setInterval(() => {
    most.server = Math.max(most.server, proportional(pid));
    most.tree = Math.max(most.tree, ofTree(pid));
  }, SAMPLE_MS);
  return () => {
    clearInterval(timer);
    return { server: most.server - before.server, tree: most.tree - before.tree };
  };
}

function ofTree(pid: number): number {
  const children = read(`/proc/${pid}/task/${pid}/children`).trim().split(' ').filter(Boolean);
  return children.reduce((sum, child) => sum + ofTree(Number(child)), proportional(pid));
}

/** Resident MB; what processes share is divided among them. */
function proportional(pid: number): number {
  return Number(/^Pss:\s+(\d+)/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0) / 1024;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // it has ended
  }
}
