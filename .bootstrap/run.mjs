// Entry of the npm scripts: brings what is missing, then runs the named part.
//   run.mjs server|operator [flags]   run.mjs build   run.mjs check   run.mjs test [--soak] [vitest flags]   run.mjs script FILE [args]
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import { ensureBuilt } from './build.mjs';
import { ensureDependencies, environment, nodePath, root, say } from './toolchain.mjs';

const REPORTERS = ['--reporter=default', '--reporter=./packages/testkit/src/count-reporter.ts'];

/** Hands over to a program: its output, its signals and its exit code are ours. */
function become(command, args, options = {}) {
  // The caller's folder, so that relative paths on the command line mean what they say.
  const child = spawn(command, args, {
    cwd: process.env.INIT_CWD ?? process.cwd(),
    stdio: 'inherit',
    env: environment(),
    ...options,
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    // Ctrl-C reaches the whole process group by itself.
    process.on(signal, () => signal !== 'SIGINT' && child.kill(signal));
  }
  child.on('error', (error) => fail(error));
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
}

function fail(error) {
  say(error.message);
  process.exit(1);
}

const parts = {
  server(args) {
    ensureBuilt(['server', 'ui']);
    become(nodePath(), ['--enable-source-maps', join(root, 'apps/server/dist/main.js'), ...args]);
  },
  operator(args) {
    ensureBuilt(['operator']);
    become(nodePath(), ['--enable-source-maps', join(root, 'apps/operator/dist/main.js'), ...args]);
  },
  build() {
    ensureBuilt(['server', 'operator', 'ui']);
  },
  check() {
    become('pnpm', ['check'], { cwd: root });
  },
  test(args) {
    ensureBuilt(['server', 'operator', 'ui']);
    const soak = args.includes('--soak');
    const rest = args.filter((arg) => arg !== '--soak');
    become('vitest', ['run', ...REPORTERS, ...rest], {
      cwd: root,
      env: environment(soak ? { DAVIT_SOAK: '1' } : {}),
    });
  },
  generate() {
    become(nodePath(), [join(root, 'apps/operator/src/generate.ts')], { cwd: root });
  },
  script([file, ...args]) {
    ensureBuilt(['server', 'operator', 'ui']);
    become(nodePath(), [join(root, file), ...args], { cwd: root });
  },
};

const [part, ...args] = process.argv.slice(2);
if (!Object.hasOwn(parts, part ?? '')) fail(new Error(`one of: ${Object.keys(parts).join(', ')}`));
try {
  ensureDependencies();
  parts[part](args);
} catch (error) {
  fail(error);
}
