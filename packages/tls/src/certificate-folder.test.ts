import { chmod, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Certificate, Logger } from '@davit/domain';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { CertificateFolder } from './certificate-folder.ts';
import { Certificates, isIssuable } from './certificates.ts';
import { makePair } from './make-pair.fixture.ts';

const soon = (check: () => void): Promise<void> => vi.waitFor(check, 10_000);

let folder: string;
let lines: string[];
let watched: CertificateFolder;
let certificates: Certificates;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'davit-folder-'));
  lines = [];
  const logger: Logger = {
    log: (level, message, fields) =>
      void lines.push(`${level} ${message} ${JSON.stringify(fields)}`),
    with: () => logger,
  };
  watched = new CertificateFolder({ folder, logger, everyMs: 20 });
  certificates = new Certificates({ folder: watched });
  await watched.open();
});
afterEach(async () => {
  watched.close();
  await certificates.close();
  await rm(folder, { recursive: true });
});

async function put(name: string, { chain, key }: Certificate): Promise<void> {
  await writeFile(join(folder, `${name}.crt`), chain);
  await writeFile(join(folder, `${name}.key`), key);
}

const used = (host: string, name?: string): string | undefined =>
  certificates.find(host, name)?.name;

test('finds a certificate by the names in it, or by its own', async () => {
  await put('shop', makePair(['shop.com', 'www.shop.com'], { days: 9 }));
  await put('wild', makePair(['*.apps.com'], { days: 9 }));
  await soon(() => expect(used('www.shop.com')).toBe('own/shop'));
  await soon(() => expect(used('a.apps.com')).toBe('own/wild'));
  expect([used('*.apps.com'), used('b.a.apps.com'), used('else.com')]).toEqual([
    'own/wild',
    undefined,
    undefined,
  ]);
  expect([used('else.com', 'shop'), used('shop.com', 'other')]).toEqual(['own/shop', undefined]);
  expect(certificates.problem('shop.com', 'other')).toBe('There is no certificate called other.');
  expect(certificates.problem('else.com')).toBe('There is no certificate for else.com.');
});

test('takes the files of certbot and of mounted secrets', async () => {
  const { chain, key } = makePair(['a.com'], { days: 9 });
  await mkdir(join(folder, 'a.com'));
  await writeFile(join(folder, 'a.com/fullchain.pem'), chain);
  await writeFile(join(folder, 'a.com/privkey.pem'), key);
  await soon(() => expect(used('a.com')).toBe('own/a.com'));
});

test('says what is wrong with a pair, and goes on with the one before', async () => {
  const [first, second] = [makePair(['a.com'], { days: 9 }), makePair(['a.com'], { days: 9 })];
  await put('a', first);
  await soon(() => expect(used('a.com')).toBe('own/a'));
  await put('a', { chain: second.chain, key: first.key });
  await put('b', { chain: 'no', key: 'no' });
  const told = (): string => lines.join('\n');
  await soon(() => expect(told()).toMatch(/"a","problem":"the key does not belong/));
  await soon(() => expect(told()).toMatch(/"b","problem":"the certificate is no PEM/));
  expect(certificates.find('a.com')?.certificate).toEqual(first);
  await put('a', second);
  await soon(() => expect(certificates.find('a.com')?.certificate).toEqual(second));
  expect(told()).not.toContain('PRIVATE');
});

test('prefers the certificate that is valid longest, and forgets those that are gone', async () => {
  await put('short', makePair(['a.com'], { days: 2 }));
  await put('long', makePair(['a.com'], { days: 20 }));
  await soon(() => expect(used('a.com')).toBe('own/long'));
  await rename(join(folder, 'long.crt'), join(folder, 'long.off'));
  await soon(() => expect(used('a.com')).toBe('own/short'));
});

test('tells those who use them of each change', async () => {
  const apply = vi.fn<() => Promise<void>>(() => Promise.resolve());
  certificates.onChange(apply);
  await put('a', makePair(['a.com'], { days: 9 }));
  await soon(() => expect(used('a.com')).toBe('own/a'));
  const calls = apply.mock.calls.length;
  expect(calls).toBeGreaterThan(0);
  await chmod(join(folder, 'a.key'), 0o600);
  await soon(() => expect(apply.mock.calls.length).toBeGreaterThan(calls));
});

test.each([
  ['shop.example.com', true],
  ['xn--bcher-kva.example', true],
  ['*.example.com', false],
  ['example', false],
  ['web.docks.localhost', false],
  ['nas.local', false],
  ['10.0.0.1', false],
  ['a_b.com', false],
])('knows whether an authority issues for %s', (host, expected) => {
  expect(isIssuable(host)).toBe(expected);
});
