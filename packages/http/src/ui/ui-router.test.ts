import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import express from 'express';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { listenForTest } from '../listen.fixture.ts';
import { publicRouter } from './public-router.ts';
import { uiRouter } from './ui-router.ts';

const PAGE = '<!doctype html><script>start()</script>';
const SCRIPT = 'export const answer = 42;';

let folder: string;
let server: Awaited<ReturnType<typeof listenForTest>>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'davit-ui-'));
  await mkdir(join(folder, '_app/immutable'), { recursive: true });
  await writeFile(join(folder, 'index.html'), PAGE);
  await writeFile(join(folder, '_app/immutable/a.js'), SCRIPT);
  await writeFile(join(folder, '_app/immutable/a.js.br'), brotliCompressSync(SCRIPT));
  await writeFile(join(folder, '_app/version.json'), '{}');
  await mkdir(join(folder, 'docs'));
  await writeFile(join(folder, 'docs/index.html'), 'docs');
  await mkdir(join(folder, '.well-known'));
  await writeFile(join(folder, '.well-known/assets.json'), '{}');
  await writeFile(join(folder, '.well-known/plain'), '{}');
  await writeFile(join(folder, '.well-known/bytes'), '\0');
  server = await listenForTest(express().use(uiRouter(folder), publicRouter(folder)));
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const get = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(server.url + path, { headers, redirect: 'manual' });

test.each(['/_/', '/_/index.html', '/_/projects/abc', '/_/collections?x=1'])(
  'answers %s with the page, not kept, and its own scripts only',
  async (path) => {
    const response = await get(path);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(response.headers.get('cache-control')).toBe('no-cache');
    expect(response.headers.get('content-security-policy')).toMatch(
      /script-src 'self' 'sha256-[\w+/]{43}='/,
    );
    expect(await response.text()).toBe(PAGE);
  },
);

test('leads /_ to /_/', async () => {
  const response = await get('/_');
  expect([response.status, response.headers.get('location')]).toEqual([307, '/_/']);
});

test('serves assets for ever, compressed where the client can read it', async () => {
  const plain = await get('/_/_app/immutable/a.js', { 'accept-encoding': 'identity' });
  expect(plain.headers.get('content-encoding')).toBeNull();
  expect(await plain.text()).toBe(SCRIPT);
  const compressed = await get('/_/_app/immutable/a.js', { 'accept-encoding': 'gzip, br' });
  expect(compressed.headers.get('content-encoding')).toBe('br');
  expect(compressed.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  expect(compressed.headers.get('vary')).toContain('Accept-Encoding');
  expect(await compressed.text()).toBe(SCRIPT);
});

test('does not send again what the client has', async () => {
  const etag = (await get('/_/_app/version.json')).headers.get('etag') ?? '';
  const response = await get('/_/_app/version.json', { 'if-none-match': etag });
  expect([response.status, await response.text()]).toEqual([304, '']);
});

test.each(['/_/_app/immutable/gone.js', '/_/favicon.ico', '/_/..%2f..%2fetc%2fpasswd.txt'])(
  'has no page for the missing file %s',
  async (path) => {
    expect((await get(path)).status).toBe(404);
  },
);

test('serves a site of its own outside /_ and /api', async () => {
  expect(await (await get('/')).text()).toBe(PAGE);
  expect(await (await get('/some/page')).text()).toBe(PAGE);
  expect((await get('/_app/version.json')).status).toBe(200);
  expect((await get('/api/nothing')).status).toBe(404);
});

test.each([
  ['/.well-known/assets.json', 'application/json; charset=utf-8', '{}'],
  ['/.well-known/plain', 'text/plain; charset=utf-8', '{}'],
  ['/.well-known/bytes', 'application/octet-stream', '\0'],
  ['/docs/', 'text/html; charset=utf-8', 'docs'],
  ['/docs/none', 'text/html; charset=utf-8', PAGE],
  ['/..%2f..%2fetc%2fpasswd', 'text/html; charset=utf-8', PAGE],
  ['/a%00.txt', 'text/html; charset=utf-8', PAGE],
])('serves %s of the site as %s', async (path, type, text) => {
  const response = await get(path);
  expect([response.status, response.headers.get('content-type')]).toEqual([200, type]);
  expect(await response.text()).toBe(text);
});

test.each([
  ['/docs', '/docs/'],
  ['/docs?x=1', '/docs/'],
  ['/docs/index.html', '/docs/'],
  ['/index.html', '/'],
  ['/_app/version.json/', '/_app/version.json'],
])('leads %s of the site to %s', async (path, location) => {
  const response = await get(path);
  expect([response.status, response.headers.get('location')]).toEqual([301, location]);
});

test('sends parts of the site, and refuses those that are none', async () => {
  const part = await get('/_app/version.json', { range: 'bytes=1-' });
  expect([part.status, await part.text()]).toEqual([206, '}']);
  const none = await get('/_app/version.json', { range: 'bytes=9-' });
  expect([none.status, none.headers.get('content-range')]).toEqual([416, 'bytes */2']);
});
