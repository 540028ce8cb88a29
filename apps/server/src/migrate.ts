import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@davit/domain';
import type { Json, Logger } from '@davit/domain';
import { collectionJson } from '@davit/http';
import { commandLine } from '@davit/records';
import { forgetMigrations, readMigrations } from '@davit/sqlite';
import type { MigrateConfig } from './config.ts';
import { openDirectory } from './open-directory.ts';

/** `davit migrate …`. Answers what to print. Errors: `unsupported` (down), `invalid`. */
export async function runMigrate(config: MigrateConfig, logger: Logger): Promise<string> {
  switch (config.action) {
    case 'create':
      return writeMigration(config, config.argument, BLANK);
    case 'down':
      throw new AppError(
        'unsupported',
        'Davit does not revert migrations. Restore a backup from before, or use PocketBase for its own.',
      );
    case 'up':
      return bringUp(config, logger);
    case 'collections':
      return writeMigration(config, 'collections_snapshot', await snapshotOf(config, logger));
    case 'history-sync':
      await bringUp(config, logger);
      return syncHistory(config, logger);
  }
}

const BLANK = `/// <reference path="../pb_data/types.d.ts" />
migrate((app) => {
  // add up queries...
}, (app) => {
  // add down queries...
})
`;

/** Opening a directory applies what Davit has for it. */
async function bringUp(config: MigrateConfig, logger: Logger): Promise<string> {
  await (await openDirectory({ ...config, readers: 0 }, logger)).close();
  const known = new Set(readMigrations(config.dir));
  const waiting = (await scripts(config)).filter((file) => !known.has(file));
  if (waiting.length === 0) return 'No new migrations to apply.';
  const lines = waiting.map((file) => `  ${file}`);
  return ['The directory is up to date. Davit does not run JavaScript migrations:', ...lines].join(
    '\n',
  );
}

async function syncHistory(config: MigrateConfig, logger: Logger): Promise<string> {
  const there = new Set(await scripts(config));
  // PocketBase's own are part of the program, not of the folder
  const gone = readMigrations(config.dir).filter(
    (file) => !there.has(file) && !file.endsWith('.go'),
  );
  if (gone.length === 0) return 'The migrations history is in step with the folder.';
  const directory = await openDirectory({ ...config, readers: 0 }, logger);
  try {
    const note = { action: 'migrate.history-sync', detail: { removed: gone } };
    await directory.records.audit.note(commandLine(), note);
  } finally {
    await directory.close();
  }
  forgetMigrations(config.dir, gone);
  return ['Removed from the migrations history:', ...gone.map((file) => `  ${file}`)].join('\n');
}

/** PocketBase takes this over with `migrate up`, in another directory too. */
async function snapshotOf(config: MigrateConfig, logger: Logger): Promise<string> {
  const directory = await openDirectory({ ...config, readers: 0 }, logger);
  try {
    const collections: Json = directory.records.collections.list().map(collectionJson);
    const text = JSON.stringify(collections, undefined, 2).replaceAll('\n', '\n  ');
    return `/// <reference path="../pb_data/types.d.ts" />
migrate((app) => {
  const snapshot = ${text};

  return app.importCollections(snapshot, false);
}, (app) => {
  return null;
})
`;
  } finally {
    await directory.close();
  }
}

async function writeMigration(config: MigrateConfig, name: string, text: string): Promise<string> {
  const slug = name.replace(/[^\w-]+/g, '_');
  if (slug === '' || slug === '_') throw new AppError('invalid', 'A migration needs a name.');
  await mkdir(config.migrationsDir, { recursive: true });
  const path = join(config.migrationsDir, `${Math.floor(Date.now() / 1000)}_${slug}.js`);
  await writeFile(path, text, { flag: 'wx' });
  return `Wrote ${path}`;
}

async function scripts({ migrationsDir }: MigrateConfig): Promise<string[]> {
  const names = await readdir(migrationsDir).catch(() => []);
  return names.filter((name) => /\.(?:js|ts)$/.test(name)).sort();
}
