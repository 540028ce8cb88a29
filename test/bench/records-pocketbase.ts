import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const MODULE = 'github.com/pocketbase/pocketbase/examples/base@v0.40.4';
const GO = { GOTOOLCHAIN: 'go1.27.4', CGO_ENABLED: '0' };

/** The PocketBase to compare with: `DAVIT_BENCH_POCKETBASE`, or one built once where Go is there. */
export function pocketbaseProgram(): string {
  const given = process.env['DAVIT_BENCH_POCKETBASE'];
  if (given) return given;
  const cache = process.env['DAVIT_TEST_CACHE'] ?? join(homedir(), '.cache/davit-test');
  const directory = join(cache, 'pocketbase-0.40.4');
  const program = join(directory, 'base');
  if (existsSync(program)) return program;
  const variables = Object.entries(GO).map(([name, value]) => `${name}=${value}`);
  const typed = `${variables.join(' ')} go install ${MODULE}`;
  if (spawnSync('go', ['version']).status !== 0) {
    throw new Error(`no PocketBase: set DAVIT_BENCH_POCKETBASE to what \`${typed}\` builds`);
  }
  console.log(`Building: ${typed}\n`);
  mkdirSync(directory, { recursive: true });
  const env = { ...process.env, ...GO, GOBIN: directory };
  execFileSync('go', ['install', MODULE], { env, stdio: 'ignore' });
  return program;
}
