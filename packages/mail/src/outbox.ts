import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Mail } from '@davit/domain';

export interface WaitingMail {
  id: string;
  mail: Mail;
  /** milliseconds since the epoch */
  since: number;
}

/** Mail that nobody waits for, until it is sent or given up: what is here survives the process. */
export interface Outbox {
  keep(waiting: Omit<WaitingMail, 'id'>): Promise<string>;
  drop(id: string): Promise<void>;
  /** Oldest first. */
  list(): Promise<WaitingMail[]>;
}

const ENDING = '.json';

/** A file for each mail, readable by the owner alone: it may hold a token. */
export function createFolderOutbox(folder: string): Outbox {
  const pathOf = (id: string): string => join(folder, `${id}${ENDING}`);
  return {
    async keep(waiting) {
      const id = randomUUID();
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const unfinished = join(folder, `${id}.tmp`);
      await using file = await open(unfinished, 'wx', 0o600);
      await file.writeFile(JSON.stringify(waiting));
      await rename(unfinished, pathOf(id));
      return id;
    },
    drop: (id) => rm(pathOf(id), { force: true }),
    async list() {
      const names = await readdir(folder).catch(() => []);
      const found: WaitingMail[] = [];
      for (const name of names) {
        const path = join(folder, name);
        if (!name.endsWith(ENDING)) {
          await rm(path, { force: true }); // cut short while it was written
          continue;
        }
        const waiting = JSON.parse(await readFile(path, 'utf8')) as Omit<WaitingMail, 'id'>;
        found.push({ ...waiting, id: name.slice(0, -ENDING.length) });
      }
      return found.sort((a, b) => a.since - b.since);
    },
  };
}
