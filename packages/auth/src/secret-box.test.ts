import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadEncryptionKey } from './encryption-key.ts';
import { createSecretBox } from './secret-box.ts';

test('opens what it sealed, and seals the same text differently each time', () => {
  const box = createSecretBox(randomBytes(32));
  const sealed = box.seal('s3cret ✓');
  expect(box.open(sealed)).toBe('s3cret ✓');
  expect(box.seal('s3cret ✓')).not.toBe(sealed);
  expect(box.open(box.seal(''))).toBe('');
});

test('opens nothing that was changed, cut or sealed with another key', () => {
  const box = createSecretBox(randomBytes(32));
  const sealed = Buffer.from(box.seal('secret'), 'base64');
  sealed[14]! ^= 1;
  const failure = expect.objectContaining({ code: 'internal' }) as Error;
  expect(() => box.open(sealed.toString('base64'))).toThrow(failure);
  expect(() => box.open('c2hvcnQ=')).toThrow(failure);
  expect(() => createSecretBox(randomBytes(32)).open(box.seal('x'))).toThrow(failure);
});

test('makes one private key file, also for processes that start together', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'davit-key-'));
  try {
    const file = join(folder, 'davit.key');
    const keys = await Promise.all([1, 2, 3, 4].map(() => loadEncryptionKey(file)));
    expect(new Set(keys.map((key) => Buffer.from(key).toString('hex'))).size).toBe(1);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual(['davit.key']);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('refuses a key of the wrong length', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'davit-key-'));
  try {
    const file = join(folder, 'davit.key');
    await writeFile(file, 'c2hvcnQ=');
    await expect(loadEncryptionKey(file)).rejects.toThrow('must hold 32 bytes');
    await expect(loadEncryptionKey(file, 'short')).rejects.toThrow('PB_ENCRYPTION_KEY');
    expect(await loadEncryptionKey(file, 'k'.repeat(32))).toHaveLength(32);
  } finally {
    await rm(folder, { recursive: true });
  }
});
