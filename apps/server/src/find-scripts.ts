import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '@davit/domain';

/** PocketBase's scripts, which this server does not run: folder beside the data, and what is in it. */
const FOLDERS = [
  { name: 'pb_hooks', script: /\.pb\.(?:js|ts)$/, kind: 'hooks' },
  { name: 'pb_migrations', script: /\.(?:js|ts)$/, kind: 'migrations' },
];

/** Says which scripts are there, so that nobody waits for them in vain. */
export async function reportScripts(directory: string, logger: Logger): Promise<void> {
  for (const { name, script, kind } of FOLDERS) {
    const folder = join(directory, '..', name);
    const files = (await list(folder)).filter((file) => script.test(file)).sort();
    if (files.length === 0) continue;
    logger.log('warn', `JavaScript ${kind} are not run by Davit`, { folder, files });
  }
}

async function list(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch {
    return []; // most have none
  }
}
