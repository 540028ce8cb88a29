import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { writeThrough } from './write-through.ts';

// eslint-disable-next-line @typescript-eslint/require-await -- as a stream's pieces come
async function* pieces(sizes: number[]): AsyncGenerator<Buffer> {
  for (const [at, size] of sizes.entries()) yield Buffer.alloc(size, at + 1);
}

test('writes every piece, whatever their sizes, and never over another file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'davit-write-through-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'file');
  const sizes = [0, 1, 20 * 2 ** 20, 5 * 2 ** 20, 4 * 2 ** 20, 3];
  await writeThrough(pieces(sizes), path);
  const expected = Buffer.concat(sizes.map((size, at) => Buffer.alloc(size, at + 1)));
  expect((await readFile(path)).equals(expected)).toBe(true);
  await expect(writeThrough(pieces([1]), path)).rejects.toMatchObject({ code: 'EEXIST' });
});
