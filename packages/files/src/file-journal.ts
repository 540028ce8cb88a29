import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FileIntent, FileJournal } from '@davit/domain';

/** One small file an intent, in a folder of its own. It survives the process, not a power cut. */
export function createFileJournal(folder: string): FileJournal {
  const earlier = names(folder);
  const endOf = (name: string) => (): void => rmSync(join(folder, name), { force: true });
  return {
    begin({ prefix, names: files }) {
      const name = `${randomUUID()}.json`;
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, name), JSON.stringify({ prefix, names: files }));
      return endOf(name);
    },
    unfinished: () =>
      earlier.flatMap((name) => {
        const intent = read(join(folder, name));
        if (intent) return { ...intent, end: endOf(name) };
        endOf(name)(); // the process ended while it wrote: nothing was begun
        return [];
      }),
  };
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // nothing was ever begun here
  }
}

function read(path: string): FileIntent | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as FileIntent;
  } catch {
    return undefined;
  }
}
