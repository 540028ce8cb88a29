// Brings Node 24 and pnpm and installs the dependencies. Runs on any Node >= 18, with no dependency of its own.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const PNPM = '12.21.0';
const NODE_FLOOR = [24, 12];
const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'davit');
const modules = join(root, 'node_modules');

/** Says what takes time, on stderr, so that a command's own output stays clean. */
export const say = (text) => process.stderr.write(`davit: ${text}\n`);

/** Runs a program; what it prints is shown only when it fails. */
export function runQuietly(command, args, options = {}) {
  const result = spawnSync(command, args, { cwd: root, encoding: 'utf8', ...options });
  if (result.error) throw result.error;
  if (result.status === 0) return;
  process.stderr.write(`${result.stdout}${result.stderr}`);
  throw new Error(`${command} ${args.join(' ')} ended with ${result.status ?? result.signal}`);
}

function isNewEnough(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > NODE_FLOOR[0] || (major === NODE_FLOOR[0] && minor >= NODE_FLOOR[1]);
}

/** The Node that runs the product: this one where it is new enough, else the one that the dependencies carry. */
export function nodePath() {
  if (isNewEnough(process.versions.node)) return process.execPath;
  const carried = join(modules, `node-${process.platform}-${process.arch}`, 'bin', 'node');
  if (existsSync(carried)) return carried;
  throw new Error(
    `Node ${NODE_FLOOR.join('.')} or newer is needed; this is ${process.versions.node}, and there is none to install for ${process.platform}-${process.arch}.`,
  );
}

/** The environment in which the workspace's own programs come first on the PATH. */
export function environment(extra = {}) {
  const path = [join(modules, '.bin'), dirname(nodePath()), dirname(pnpmPath()), process.env.PATH];
  return { ...process.env, PATH: path.join(delimiter), ...extra };
}

function pnpmPath() {
  return join(cache, `pnpm-${PNPM}`, 'node_modules', '.bin', 'pnpm');
}

function ensurePnpm() {
  if (existsSync(pnpmPath())) return;
  say(`installing pnpm ${PNPM}`);
  const prefix = join(cache, `pnpm-${PNPM}`);
  mkdirSync(prefix, { recursive: true });
  const flags = ['--silent', '--no-audit', '--no-fund', '--prefix', prefix];
  runQuietly('npm', ['install', ...flags, `pnpm@${PNPM}`]);
}

/** A digest of everything that decides what is installed. */
function wanted() {
  const digest = createHash('sha256');
  const manifests = ['apps', 'packages'].flatMap((group) =>
    readdirSync(join(root, group)).map((name) => join(group, name, 'package.json')),
  );
  for (const file of [
    'package.json',
    'pnpm-lock.yaml',
    'pnpm-workspace.yaml',
    'test/package.json',
    ...manifests,
  ]) {
    if (existsSync(join(root, file))) digest.update(file).update(readFileSync(join(root, file)));
  }
  return digest.digest('hex');
}

/** Installs what is missing. Costs a few file reads when nothing is. */
export function ensureDependencies() {
  const stamp = join(modules, '.davit-installed');
  const digest = wanted();
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return;
  withLock(() => {
    ensurePnpm();
    say('installing dependencies');
    runQuietly(pnpmPath(), ['install', '--frozen-lockfile', '--reporter=append-only'], {
      env: { ...process.env, CI: 'true' },
    });
    writeFileSync(stamp, digest);
  });
}

/** One set-up at a time in this checkout; a lock whose owner is gone is taken over. */
export function withLock(work) {
  const lock = join(root, '.bootstrap', 'lock');
  for (;;) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      if (isGone(lock)) rmSync(lock, { force: true });
      else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
    }
  }
  try {
    return work();
  } finally {
    rmSync(lock, { force: true });
  }
}

function isGone(lock) {
  try {
    process.kill(Number(readFileSync(lock, 'utf8')), 0);
    return false;
  } catch (error) {
    return error.code !== 'EPERM';
  }
}
