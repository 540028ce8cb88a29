import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { StateFile } from './state-file.ts';

let directory: string;
let path: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'davit-state-'));
  path = join(directory, 'deeper/state.json');
});
afterEach(() => rm(directory, { recursive: true }));

test('begins empty, and is back after a restart', async () => {
  const file = await StateFile.open(path);
  await file.update((state) => {
    state.generation = 7;
  });
  const again = await StateFile.open(path);
  expect(again.state).toEqual(file.state);
  expect(again.state).toMatchObject({ generation: 7, deployments: {} });
  expect(again.state.salt).toMatch(/^[0-9a-f]{32}$/);
});

test('holds every change once its promise resolves, and only its owner reads it', async () => {
  const file = await StateFile.open(path);
  await Promise.all(
    Array.from({ length: 50 }, async (_, index) => {
      await file.update((state) => {
        state.projects[`p${index}`] = { deleteData: true };
      });
      expect(await readFile(path, 'utf8')).toContain(`"p${index}"`);
    }),
  );
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test('refuses a file that cannot be read, instead of beginning anew', async () => {
  const broken = join(directory, 'state.json');
  for (const text of ['{', '{"version":2}']) {
    await writeFile(broken, text);
    await expect(StateFile.open(broken)).rejects.toMatchObject({ code: 'invalid' });
  }
});
