import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive, type ProcessId, processId } from './process-id.ts';

/** What a lock file says about the process that holds it. */
export interface Holder extends ProcessId {
  /** where its files are, for the one who has to tidy up after it */
  readonly directory: string;
}

export interface Lock extends Disposable {
  /** the dead process this lock was taken from */
  readonly abandoned: Holder | undefined;
}

/**
 * Takes the lock, from a dead holder if need be. Answers the living holder instead when it is still
 * held after `wait` milliseconds.
 */
export async function takeLock(
  path: string,
  directory: string,
  wait: number,
): Promise<Lock | Holder> {
  mkdirSync(dirname(path), { recursive: true });
  const deadline = Date.now() + wait;
  let abandoned: Holder | undefined;
  for (;;) {
    if (create(path, { ...processId(), directory }))
      return { abandoned, [Symbol.dispose]: () => rmSync(path, { force: true }) };
    const holder = read(path);
    if (holder && isAlive(holder)) {
      if (Date.now() >= deadline) return holder;
      await sleep(200);
    } else if (holder) {
      abandoned = holder;
      remove(path);
    }
  }
}

export function isLock(lock: Lock | Holder): lock is Lock {
  return Symbol.dispose in lock;
}

/** A hard link appears with its content, or not at all. */
function create(path: string, holder: Holder): boolean {
  const draft = `${path}.${holder.pid}`;
  writeFileSync(draft, JSON.stringify(holder));
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  } finally {
    rmSync(draft);
  }
}

function read(path: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Holder;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function remove(path: string): void {
  const aside = `${path}.stale.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return;
  }
  rmSync(aside);
}
