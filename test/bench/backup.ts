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

const MEGABYTE = 2 ** 20;
/** writes a second, sent on time whether or not earlier ones have been answered */
const RATE = 100;
const BASELINE_MS = 10_000;
const SAMPLE_MS = 100;
const ROW_BYTES = 4096;
const WARM_UP_ROUNDS = 600;

interface Figures {
  seconds: number;
  quietP99: number;
  busyP99: number;
  failed: number;
  /** MB above what it used before */
  server: number;
  tree: number;
  zip: number;
}

/** A backup of a directory of that size while others write. */
export function backup({ quick }: { quick: boolean }): BenchCase {
  const size = quick ? 128 : 1024;
  return {
    name: `Backup of ${size} MB while ${RATE} records a second are written`,
    beside: 'PocketBase 0.40.4 on a directory of its own',
    limit: 900,
    async run(signal) {
      const davit = await measure(startDavit, size, signal);
      const bare = await measure(startPocketbase, size, signal);
      const row = (what: string, unit: Row['unit'], of: keyof Figures): Row => ({
        what,
        unit,
        davit: davit[of],
        bare: bare[of],
      });
      return [
        row('the backup is there and was read back', 's', 'seconds'),
        row('size of the zip', 'MB', 'zip'),
        row('p99 of a write before', 'ms', 'quietP99'),
        row('p99 of a write meanwhile', 'ms', 'busyP99'),
        row('writes that failed meanwhile', 'failed', 'failed'),
        row('memory added, the server', 'MB', 'server'),
        row('memory added, with its child processes', 'MB', 'tree'),
      ];
    },
  };
}

async function measure(
  start: (directory: string, signal: AbortSignal) => Promise<BenchServer>,
  size: number,
  signal: AbortSignal,
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
  const writing = writeSteadily(server);
  await sleep(2000);
  writing.take();
  await sleep(BASELINE_MS);
  const quiet = writing.take();
  const memory = watchMemory(server.pid);
  const begin = performance.now();
  await server.ask('POST', 'backups', { name: 'bench.zip' });
  const seconds = (performance.now() - begin) / 1000;
  const busy = writing.take();
  const added = memory();
  await writing.stop();
  return {
    seconds,
    quietP99: p99(quiet.latencies),
    busyP99: p99(busy.latencies),
    failed: busy.failed,
    ...added,
    zip: (await stat(join(data, 'backups', 'bench.zip'))).size / MEGABYTE,
  };
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
  const write = (): Promise<unknown> =>
    server.ask('POST', 'collections/notes/records', { text: 'x'.repeat(500) });
  for (let round = 0; round < WARM_UP_ROUNDS; round++) {
    await Promise.all(Array.from({ length: 50 }, write));
  }
}

interface Taken {
  latencies: number[];
  failed: number;
}

/** `take` answers what was measured since the last time. */
function writeSteadily(server: BenchServer): { take(): Taken; stop(): Promise<void> } {
  let taken: Taken = { latencies: [], failed: 0 };
  const open = new Set<Promise<void>>();
  const begin = performance.now();
  let sent = 0;
  const write = async (): Promise<void> => {
    const started = performance.now();
    const mine = taken;
    try {
      await server.ask('POST', 'collections/notes/records', { text: 'x'.repeat(500) });
    } catch {
      mine.failed++;
    }
    mine.latencies.push(performance.now() - started);
  };
  const timer = setInterval(() => {
    const due = ((performance.now() - begin) / 1000) * RATE;
    for (; sent < due; sent++) {
      const writing = write().finally(() => open.delete(writing));
      open.add(writing);
    }
  }, 5);
  return {
    take() {
      const result = taken;
      taken = { latencies: [], failed: 0 };
      return result;
    },
    async stop() {
      clearInterval(timer);
      await Promise.all(open);
    },
  };
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

function p99(values: number[]): number {
  const sorted = values.sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN;
}
