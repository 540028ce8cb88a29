import { createPrivateKey } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { AcmeCache } from './acme-cache.ts';
import { makePair } from './make-pair.fixture.ts';

const HOST = 'a.example.com';
const { chain, key } = makePair([HOST], { days: 30 });

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'davit-acme-cache-'));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

const kinds = (text: string): string[] =>
  [...text.matchAll(/-----BEGIN ([A-Z ]+)-----/g)].map(([, kind = '']) => kind);

test("what it writes is what Go's autocert reads: the key in P-256, then nothing but certificates", async () => {
  const path = await folder();
  const twice = { chain: chain + chain, key };
  await new AcmeCache(path).write(HOST, twice);
  const text = await readFile(join(path, HOST), 'utf8');
  expect(kinds(text)).toEqual(['PRIVATE KEY', 'CERTIFICATE', 'CERTIFICATE']);
  expect(text.replaceAll(/-----BEGIN [^]+?-----END [A-Z ]+-----\n/g, '')).toBe('');
  const { asymmetricKeyDetails } = createPrivateKey(text);
  expect(asymmetricKeyDetails).toMatchObject({ namedCurve: 'prime256v1' });
  expect((await stat(join(path, HOST))).mode & 0o777).toBe(0o600);
});

test("what Go's autocert writes is read, with a key in its own form", async () => {
  const path = await folder();
  const own = createPrivateKey(key).export({ format: 'pem', type: 'sec1' });
  await writeFile(join(path, HOST), `${String(own)}${chain}`);
  expect(kinds(String(own))).toEqual(['EC PRIVATE KEY']);
  const cache = new AcmeCache(path);
  expect((await cache.read(HOST))?.leaf.checkHost(HOST)).toBe(HOST);
  await writeFile(join(path, 'acme_account+key'), own);
  const made = (): Promise<string> => Promise.reject(new Error('there is one'));
  expect(await cache.accountKey(made)).toBe(own);
});

test('what is there and is of no use counts as nothing', async () => {
  const path = await folder();
  const cache = new AcmeCache(path);
  expect(await cache.read(HOST)).toBeUndefined();
  const other = makePair([HOST], { days: 30 });
  for (const text of ['', 'text', chain, key, other.key + chain, `${key}${chain.slice(0, 200)}`]) {
    await writeFile(join(path, HOST), text);
    expect(await cache.read(HOST)).toBeUndefined();
  }
});
