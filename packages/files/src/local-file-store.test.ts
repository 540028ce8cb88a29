import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLocalFileStore } from './local-file-store.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'davit-files-'));
});
afterEach(() => rm(root, { recursive: true }));

const text = { contentType: 'text/plain; charset=utf-8', originalName: 'a.txt' };
const bytes = (value: string): Uint8Array => new TextEncoder().encode(value);

test('keeps a file with the type and name it was given', async () => {
  const store = createLocalFileStore(root);
  await store.put('c/r/a_1.txt', bytes('hello'), text);
  const { content, metadata } = await store.get('c/r/a_1.txt');
  expect(Buffer.from(content).toString()).toBe('hello');
  expect(metadata).toEqual(text);
});

test('writes the side-car byte for byte as PocketBase does', async () => {
  await createLocalFileStore(root).put('c/r/a_1.txt', bytes('hello'), text);
  expect(await readFile(join(root, 'c/r/a_1.txt.attrs'), 'utf8')).toBe(
    '{"user.cache_control":"","user.content_disposition":"","user.content_encoding":"",' +
      '"user.content_language":"","user.content_type":"text/plain; charset=utf-8",' +
      '"user.metadata":{"original-filename":"a.txt"},"md5":"XUFAKrxLKna5cZ2REBfFkg=="}\n',
  );
});

test.each(['../x', 'c/../../x', 'c//x', '/x', 'c/.', 'c/x.attrs', 'c\\x', ''])(
  'refuses the key %j',
  async (key) => {
    const store = createLocalFileStore(root);
    await expect(store.put(key, bytes(''), text)).rejects.toMatchObject({ code: 'invalid' });
    await expect(store.get(key)).rejects.toMatchObject({ code: 'invalid' });
  },
);

test('says not_found for a file that is absent or a folder', async () => {
  const store = createLocalFileStore(root);
  await store.put('c/r/a', bytes(''), text);
  await expect(store.get('c/r/b')).rejects.toMatchObject({ code: 'not_found' });
  await expect(store.get('c/r')).rejects.toMatchObject({ code: 'not_found' });
});

test('leaves nothing behind when the last file of a record goes', async () => {
  const store = createLocalFileStore(root);
  await store.put('c/r/a', bytes(''), text);
  await store.put('c/r/b', bytes(''), text);
  await store.delete('c/r/a');
  expect(await readdir(join(root, 'c/r'))).toEqual(['b', 'b.attrs']);
  await store.delete('c/r/b');
  await store.delete('c/r/b');
  expect(await readdir(join(root, 'c'))).toEqual([]);
});

test('removes everything of a record at once', async () => {
  const store = createLocalFileStore(root);
  await store.put('c/r/a', bytes(''), text);
  await store.put('c/s/a', bytes(''), text);
  await store.deleteAll('c/r');
  await store.deleteAll('c/r');
  expect(await readdir(join(root, 'c'))).toEqual(['s']);
});
