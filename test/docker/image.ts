import { mkdir, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { temporaryDirectory } from '@davit/testkit';
import type { DockerEngine } from '@davit/testkit';

const execute = promisify(execFile);
const ROOT = join(import.meta.dirname, '../..');
/** Debian's has its own builder; the one that comes with Docker Desktop needs a plugin for it. */
const CLIENT = existsSync('/usr/bin/docker') ? '/usr/bin/docker' : 'docker';

/** The command line client of an engine. Answers what it prints. */
export async function docker(engine: DockerEngine, ...args: string[]): Promise<string> {
  const env = { ...process.env, DOCKER_HOST: engine.host, DOCKER_BUILDKIT: '1' };
  const { stdout } = await execute(CLIENT, args, { env, maxBuffer: 2 ** 26 });
  return stdout.trim();
}

/**
 * Builds `target` of the product's own Dockerfile without a network: what its first stage would make is made here, and
 * the libraries it stands on are this machine's.
 */
export async function buildImage(engine: DockerEngine, target: string, tag: string): Promise<void> {
  await using folder = await temporaryDirectory('image');
  const built = join(folder.path, 'built');
  await execute(process.execPath, [join(ROOT, 'deploy/assemble.mjs'), join(built, 'out')]);
  await importFolder(engine, built, 'davit.test/built:1');
  const base = join(folder.path, 'base');
  await copyLibraries(join(built, 'out/node'), base);
  await importFolder(engine, base, 'davit.test/base:1');
  await rm(built, { recursive: true });
  const context = join(folder.path, 'context');
  await mkdir(context);
  await docker(
    engine,
    ...['build', '--target', target, '--tag', tag, '--file', join(ROOT, 'deploy/Dockerfile')],
    ...['--build-arg', 'BUILT=davit.test/built:1', '--build-arg', 'BASE=davit.test/base:1'],
    context,
  );
}

async function importFolder(engine: DockerEngine, folder: string, tag: string): Promise<void> {
  const tar = `${folder}.tar`;
  await execute('tar', [
    '--numeric-owner',
    '--owner=0',
    '--group=0',
    '-cf',
    tar,
    '-C',
    folder,
    '.',
  ]);
  await docker(engine, 'import', tar, tag);
  await rm(tar);
}

/** What a dynamically linked program needs, where it looks for it. */
async function copyLibraries(program: string, folder: string): Promise<void> {
  const { stdout } = await execute('ldd', [program]);
  for (const [, path = ''] of stdout.matchAll(/(\/\S+) \(0x/g)) {
    await mkdir(join(folder, dirname(path)), { recursive: true });
    await execute('cp', ['-L', path, join(folder, path)]);
  }
  await mkdir(join(folder, 'tmp'), { mode: 0o1777 });
  await mkdir(join(folder, 'etc'));
  await writeFile(join(folder, 'etc/passwd'), 'nonroot:x:65532:65532::/:/sbin/nologin\n');
}
