import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { REPLACED, TEMPORARY } from './directory-files.ts';
import { recoverDirectory, replaceDirectory } from './replace-directory.ts';

async function directory(): Promise<{ dir: string; staged: string }> {
  const dir = await mkdtemp(join(tmpdir(), 'davit-replace-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  const staged = join(dir, TEMPORARY, 'staged');
  await mkdir(join(dir, 'backups'));
  await mkdir(staged, { recursive: true });
  await writeFile(join(dir, 'data.db'), 'old');
  await writeFile(join(dir, 'davit.key'), 'key');
  await writeFile(join(staged, 'data.db'), 'new');
  return { dir, staged };
}

test('the new content takes the place of the old; backups and a key of its own stay', async () => {
  const { dir, staged } = await directory();
  await replaceDirectory(dir, staged);
  await recoverDirectory(dir);
  expect(await readFile(join(dir, 'data.db'), 'utf8')).toBe('new');
  expect((await readdir(dir)).sort()).toEqual(['backups', 'data.db', 'davit.key']);
});

test('a replacement that fails puts everything back', async () => {
  const { dir } = await directory();
  await expect(replaceDirectory(dir, join(dir, 'nowhere'))).rejects.toThrow('ENOENT');
  expect(await readFile(join(dir, 'data.db'), 'utf8')).toBe('old');
  expect((await readdir(dir)).sort()).toEqual(['backups', 'data.db', 'davit.key']);
});

test('a replacement that was cut short while the old went out is undone at the next start', async () => {
  const { dir } = await directory();
  await mkdir(join(dir, REPLACED));
  await rename(join(dir, 'data.db'), join(dir, REPLACED, 'data.db'));
  await recoverDirectory(dir);
  expect(await readFile(join(dir, 'data.db'), 'utf8')).toBe('old');
  expect((await readdir(dir)).sort()).toEqual(['backups', 'data.db', 'davit.key']);
});

test('one that was cut short while the new came in too, and nothing new stays', async () => {
  const { dir, staged } = await directory();
  await writeFile(join(dir, 'auxiliary.db'), 'old log');
  await mkdir(join(staged, 'storage'));
  await replaceDirectory(dir, staged);
  // as if the process had died before the last rename
  const { [0]: finished = '' } = (await readdir(join(dir, TEMPORARY))).filter((it) =>
    it.startsWith('replaced_'),
  );
  await rename(join(dir, TEMPORARY, finished), join(dir, REPLACED));
  await recoverDirectory(dir);
  expect(await readFile(join(dir, 'data.db'), 'utf8')).toBe('old');
  expect((await readdir(dir)).sort()).toEqual(['auxiliary.db', 'backups', 'data.db', 'davit.key']);
});
