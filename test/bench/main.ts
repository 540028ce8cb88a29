import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { available, prepare } from '@davit/testkit';
import { backup } from './backup.ts';
import { type BenchCase, renderTable } from './bench-case.ts';
import { docker } from './docker.ts';
import { edge } from './edge.ts';
import { operator } from './operator.ts';
import { recordToReady } from './record-to-ready.ts';
import { records } from './records.ts';
import { cpuPressure } from './process-figures.ts';
import { serverStart } from './server-start.ts';

/**
 * `npm run bench [-- case… [--quick] [--rows 100000] [--only 'view|refresh']]`: measures, prints Markdown, judges
 * nothing. The flags are for `records`; those of `operator` are `--rollouts 200`, `--namespaces 10`, and `--alone` to do
 * without the bare client.
 */
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    rows: { type: 'string' },
    rollouts: { type: 'string', default: '200' },
    namespaces: { type: 'string', default: '10' },
    alone: { type: 'boolean', default: false },
    only: { type: 'string' },
  },
});
const cases: Record<string, BenchCase> = {
  operator: operator({
    size: Number(values.rollouts),
    namespaces: Number(values.namespaces),
    alone: values.alone,
  }),
  'server-start': serverStart,
  'record-to-ready': recordToReady,
  docker,
  edge,
  backup: backup({ quick: values.quick }),
  records: records({
    quick: values.quick,
    rows: Number(values.rows ?? 10_000),
    only: values.only === undefined ? undefined : new RegExp(values.only),
  }),
};

await prepare();
const { api } = available();
if (api !== true) console.error(api.reason);
const [cpu] = cpus();
const memory = Math.round(totalmem() / 2 ** 30);
console.log(`${cpus().length} × ${cpu?.model}, ${memory} GB, Node ${process.version}\n`);
for (const [key, benchCase] of Object.entries(cases))
  if (positionals.length === 0 || positionals.includes(key)) await measure(benchCase);

async function measure(benchCase: BenchCase): Promise<void> {
  const { name, beside, limit } = benchCase;
  console.log(`### ${name}\n\nBare is ${beside}.\n`);
  const pressure = cpuPressure();
  try {
    const rows = await benchCase.run(AbortSignal.timeout(limit * 1000));
    const waited = Math.round(pressure() * 100);
    console.log(
      `${renderTable(rows)}\n\nMeanwhile ${waited} % of the time something waited for a processor.\n`,
    );
  } catch (error) {
    console.log(`Not measured: ${error instanceof Error ? error.message : String(error)}\n`);
  }
}
