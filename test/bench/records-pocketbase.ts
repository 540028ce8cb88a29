import { existsSync } from 'node:fs';
import { programPath } from '@davit/testkit';

/** The PocketBase to compare with: `DAVIT_BENCH_POCKETBASE`, or the one that was built with the engines of the tests. */
export function pocketbaseProgram(): string {
  const program = process.env['DAVIT_BENCH_POCKETBASE'] ?? programPath('pocketbase');
  if (existsSync(program)) return program;
  throw new Error(
    'no PocketBase: `npm run engines -- --prepare` builds it where Go is there, or set DAVIT_BENCH_POCKETBASE',
  );
}
