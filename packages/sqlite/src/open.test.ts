import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDatabase } from './open.ts';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'davit-open-'));
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

test('makes a directory with the system collections and the platform', async () => {
  await using database = await openDatabase({ directory, readers: 0 });
  const collections = await database.loadCollections();
  expect(collections.map(({ name }) => name)).toEqual([
    '_mfas',
    '_otps',
    '_externalAuths',
    '_authOrigins',
    '_superusers',
    'users',
    'projects',
    'deployments',
    'rollouts',
    'blueprints',
    'autoUpdates',
  ]);
  expect(database).toMatchObject({ origin: 'davit', platform: true });
});
