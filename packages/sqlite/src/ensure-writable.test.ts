import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ensureWritable } from './ensure-writable.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'davit-writable-'));
});
afterEach(() => {
  chmodSync(directory, 0o700);
  rmSync(directory, { recursive: true });
});

test('makes the folder, and takes one that is there', () => {
  const made = join(directory, 'a/b');
  ensureWritable(made, ['data.db']);
  ensureWritable(made, ['data.db']);
});

test('names a file in its way', () => {
  const file = join(directory, 'data');
  writeFileSync(file, '');
  expect(() => ensureWritable(file, [])).toThrow(
    expect.objectContaining({
      code: 'unavailable',
      message: expect.stringMatching(
        /^The data folder cannot be used: EEXIST: .*\/data'\.$/,
      ) as string,
    }),
  );
});

// root may write everywhere
test.skipIf(process.getuid?.() === 0)('says whose it has to be', () => {
  writeFileSync(join(directory, 'data.db-wal'), '', { mode: 0o400 });
  const complaint = new RegExp(`EACCES.*It has to belong to user ${process.getuid?.()},`);
  expect(() => ensureWritable(directory, ['data.db'])).toThrow(complaint);
  chmodSync(directory, 0o500);
  expect(() => ensureWritable(directory, [])).toThrow(complaint);
});
