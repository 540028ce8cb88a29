import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AppError, type RouteTable } from '@davit/domain';
import { parseRouteTable } from './parse-route-table.ts';

const VERSION = 1;

interface Stored {
  version: number;
  sum: string;
  table: unknown;
}

/** The table on disk: whole or as it was before, also across a power cut. Holds private keys: mode 0600. */
export class StateFile {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** Undefined before the first table; throws `invalid` where the file cannot be trusted. */
  async read(): Promise<RouteTable | undefined> {
    let text: string;
    try {
      text = await readFile(this.path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw unreadable(this.path, error);
    }
    try {
      const { version, sum, table } = JSON.parse(text) as Stored;
      if (version !== VERSION) throw new AppError('invalid', `it has version ${version}`);
      if (sum !== digest(JSON.stringify(table))) throw new AppError('invalid', 'its sum is wrong');
      return parseRouteTable(table);
    } catch (error) {
      throw unreadable(this.path, error);
    }
  }

  /** Returns when it will survive a power cut. */
  async write(table: RouteTable): Promise<void> {
    const body = JSON.stringify(table);
    const text = `{"version":${VERSION},"sum":"${digest(body)}","table":${body}}\n`;
    const directory = dirname(this.path);
    await mkdir(directory, { recursive: true });
    const draft = `${this.path}.new`;
    await rm(draft, { force: true });
    const file = await open(draft, 'wx', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, this.path);
    const folder = await open(directory, constants.O_RDONLY);
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }

  /** Keeps an unreadable file for whoever wants to know what happened. */
  async setAside(): Promise<void> {
    await copyFile(this.path, `${this.path}.corrupt`).catch(() => {});
  }
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

const unreadable = (path: string, cause: unknown): AppError =>
  new AppError('invalid', `The state file ${path} cannot be used.`, { cause });
