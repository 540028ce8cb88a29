import { join } from 'node:path';
import { installCommand, installPackages, isDebian, isRoot, missingPackages } from './debian.ts';
import { isLock, takeLock } from './lock.ts';
import { buildPrograms, CACHE, findOnPath, missingPrograms } from './programs.ts';

const LONGEST_BUILD = 30 * 60_000;

export interface PrepareOptions {
  /** builds as an ordinary user too, because somebody asked for it */
  build?: boolean;
  log?: (line: string) => void;
}

/**
 * Brings the engines: as root on Debian it installs missing packages, and builds missing programs
 * where Go is there, each after saying so. An ordinary user's machine is left as it is. What cannot
 * be brought shows in `available()`.
 */
export async function prepare(options: PrepareOptions = {}): Promise<void> {
  const { build = false, log = console.error } = options;
  const packages = missingPackages();
  if (packages.length > 0 && isRoot() && isDebian()) {
    log(`installing Debian packages for the tests: ${installCommand(packages)}`);
    await installPackages(packages).catch((error: Error) => log(error.message));
  }
  if (build || isRoot()) await buildMissing(log);
}

async function buildMissing(log: (line: string) => void): Promise<void> {
  if (missingPrograms().length === 0) return;
  if (!findOnPath('go')) return log('building the test engines needs Go (https://go.dev/dl)');
  const lock = await takeLock(join(CACHE, 'building.lock'), CACHE, LONGEST_BUILD);
  if (!isLock(lock)) return log(`process ${lock.pid} is still building the test engines`);
  try {
    await buildPrograms(missingPrograms(), log);
  } catch (error) {
    log(error instanceof Error ? error.message : String(error));
  } finally {
    lock[Symbol.dispose]();
  }
}
