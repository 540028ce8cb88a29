// Bundles the apps where their sources are newer than the bundle.
import { existsSync, mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { environment, root, runQuietly, say, withLock } from './toolchain.mjs';

const SKIP = new Set(['node_modules', 'dist', 'build', '.svelte-kit']);

/** What each output is made of. */
const targets = {
  server: {
    output: 'apps/server/dist/main.js',
    sources: ['packages', 'apps/server', 'crds'],
    build: () => bundle('server'),
  },
  operator: {
    output: 'apps/operator/dist/main.js',
    sources: ['packages', 'apps/operator', 'crds'],
    build: () => bundle('operator'),
  },
  ui: {
    output: 'apps/server/dist/ui/index.html',
    sources: ['apps/admin', 'packages/rollout', 'packages/domain'],
    build: () => {
      say('building the admin UI');
      runQuietly('pnpm', ['-C', 'apps/admin', 'build'], { env: environment() });
    },
  },
};

function bundle(app) {
  say(`bundling ${app}`);
  runQuietly('rolldown', ['-c', `apps/${app}/rolldown.config.ts`], { env: environment() });
}

/** Newest modification below a path, in milliseconds. */
function newest(path) {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  let time = 0;
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    if (SKIP.has(entry.name) || entry.name.endsWith('.test.ts')) continue;
    time = Math.max(time, newest(join(path, entry.name)));
  }
  return time;
}

function isStale({ output, sources }) {
  const stamp = join(root, `${output}.stamp`);
  if (!existsSync(join(root, output)) || !existsSync(stamp)) return true;
  const built = statSync(stamp).mtimeMs;
  return sources.some((source) => newest(join(root, source)) > built);
}

/** Builds what is stale among the named targets: `server`, `operator`, `ui`. */
export function ensureBuilt(names) {
  for (const name of names) {
    const target = targets[name];
    if (!isStale(target)) continue;
    withLock(() => {
      const started = new Date();
      target.build();
      mkdirSync(dirname(join(root, target.output)), { recursive: true });
      const stamp = join(root, `${target.output}.stamp`);
      writeFileSync(stamp, '');
      utimesSync(stamp, started, started); // what changes during the build is stale after it
    });
  }
}
