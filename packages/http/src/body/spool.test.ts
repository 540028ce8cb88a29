import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import type { SpooledFile } from '@davit/domain';
import { Spool } from './spool.ts';

async function* pieces(count: number, size: number, seen: () => void): AsyncGenerator<Uint8Array> {
  for (let index = 0; index < count; index++) {
    yield Buffer.alloc(size, index % 256);
    seen();
    await Promise.resolve();
  }
}

test('keeps small files in memory and large ones on disk', async () => {
  const spool = new Spool(1000);
  const small = await spool.take(pieces(2, 100, () => undefined));
  const large = (await spool.take(pieces(20, 100, () => undefined))) as SpooledFile;
  expect(small).toHaveLength(200);
  expect(large.size).toBe(2000);
  const content = await readFile(large.path);
  expect(content).toHaveLength(2000);
  expect(content.subarray(0, large.head.length)).toEqual(Buffer.from(large.head));
  expect(content[1999]).toBe(19);
  await spool.close();
  expect(existsSync(dirname(large.path))).toBe(false);
});

test('has never more in memory than its limit and one piece, however large the file', async () => {
  const spool = new Spool(256 * 1024);
  let most = 0;
  const seen = (): void => {
    most = Math.max(most, spool.used);
  };
  const file = (await spool.take(pieces(512, 64 * 1024, seen))) as SpooledFile;
  expect(file.size).toBe(32 * 1024 * 1024);
  expect(file.head.length).toBeLessThanOrEqual(4096);
  expect(most).toBeLessThanOrEqual((256 + 64) * 1024);
  await spool.close();
});

test('takes nothing more when the request is over', async () => {
  const spool = new Spool(10);
  await spool.close();
  await expect(spool.take(pieces(2, 100, () => undefined))).rejects.toMatchObject({
    code: 'internal',
  });
});
