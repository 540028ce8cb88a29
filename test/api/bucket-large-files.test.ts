import { createHash } from 'node:crypto';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { faultProxy } from '@davit/testkit';
import type { FaultProxy } from '@davit/testkit';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { askRaw } from './ask-raw.ts';
import { NO_BUCKET, openBucket } from './moto.ts';
import type { Bucket } from './moto.ts';
import { startServer } from './server.ts';
import type { TestServer } from './server.ts';

const MIB = 2 ** 20;
const SIZE = 160 * MIB;
/** Whoever held the file would need more. Client, server and proxy are one process here. */
const MOST_GROWTH = 128 * MIB;

/** Each mebibyte is of one letter, which its neighbours do not have. */
const mebibyte = (at: number): Buffer => Buffer.alloc(MIB, 33 + (at % 90));

describe.skipIf(NO_BUCKET !== '')(
  `large files in a bucket${NO_BUCKET && `: ${NO_BUCKET}`}`,
  { timeout: 240_000 },
  () => {
    let bucket: Bucket;
    let proxy: FaultProxy;
    let server: TestServer;
    let path: string;
    beforeAll(async () => {
      bucket = await openBucket('films');
      proxy = await faultProxy({ url: String(bucket.settings.endpoint) });
      server = await startServer();
      const s3 = { ...bucket.settings, endpoint: proxy.url };
      const settings = { method: 'PATCH', body: JSON.stringify({ s3 }), as: 'superuser' as const };
      expect(await askRaw(server, '/api/settings', settings)).toMatchObject({ status: 200 });
      await server.server.records.collections.create({
        ...{ name: 'films', type: 'base', createRule: '', viewRule: '' },
        fields: [{ name: 'film', type: 'file', maxSize: 2 * SIZE }],
      });
    });
    afterAll(async () => {
      await server[Symbol.asyncDispose]();
      await proxy[Symbol.asyncDispose]();
      await bucket[Symbol.asyncDispose]();
    });

    test('goes in without being in memory', async () => {
      const peak = watchMemory();
      const { id, film } = await upload();
      expect(peak()).toBeLessThan(MOST_GROWTH);
      path = `/api/files/films/${id}/${film}`;
    });

    test('comes out without being in memory, as it went in', async () => {
      const expected = createHash('sha256');
      for (let at = 0; at < SIZE / MIB; at++) expected.update(mebibyte(at));
      const peak = watchMemory();
      const response = await open(path);
      const found = createHash('sha256');
      await pipeline(response, found);
      expect(peak()).toBeLessThan(MOST_GROWTH);
      expect(response.headers['content-length']).toBe(String(SIZE));
      expect(found.digest('hex')).toBe(expected.digest('hex'));
    });

    test.each([
      [`bytes=${32 * MIB - 2}-${32 * MIB + 1}`, '@@AA'],
      ['bytes=-3', 'fff'],
      [`bytes=${SIZE - 1}-`, 'f'],
    ])('the part %s is fetched alone', async (range, expected) => {
      const { status, headers, text } = await askRaw(server, path, { headers: { range } });
      expect([status, headers['content-length'], text]).toEqual([
        206,
        String(expected.length),
        expected,
      ]);
      expect(headers['content-range']).toContain(`/${SIZE}`);
    });

    test('several parts come in one answer', async () => {
      const range = `bytes=0-1,${60 * MIB}-${60 * MIB}`;
      const { status, headers, text } = await askRaw(server, path, { headers: { range } });
      expect([status, headers['content-type']]).toEqual([
        206,
        expect.stringMatching(/^multipart\/byteranges; boundary=\w+$/),
      ]);
      expect(text).toContain(`Content-Range: bytes 0-1/${SIZE}\r\n`);
      expect(text).toContain('\r\n\r\n!!\r\n');
      expect(text).toContain('\r\n\r\n]\r\n');
      expect(Buffer.byteLength(text)).toBe(Number(headers['content-length']));
    });

    test('who goes away in the middle ends the download from the bucket, too', async () => {
      await vi.waitFor(() => expect(proxy.connections).toBe(0), 30_000);
      const response = await open(path);
      await new Promise((resolve) => response.once('data', resolve));
      response.pause();
      expect(proxy.connections).toBeGreaterThan(0);
      response.destroy();
      await vi.waitFor(() => expect(proxy.connections).toBe(0), 30_000);
    });

    test('and also while the bucket is silent', async () => {
      const response = await open(path);
      await new Promise((resolve) => response.once('data', resolve));
      proxy.hang();
      response.destroy();
      await vi.waitFor(() => expect(proxy.connections).toBe(0), 30_000);
      await proxy.restore();
    });

    const open = (from: string): Promise<IncomingMessage> =>
      new Promise((resolve, reject) => {
        request(server.url + from, { agent: false }, resolve)
          .once('error', reject)
          .end();
      });

    async function upload(): Promise<{ id: string; film: string }> {
      const answered = new Promise<IncomingMessage>((resolve, reject) => {
        const sending = request(
          `${server.url}/api/collections/films/records`,
          { method: 'POST', headers: { 'content-type': 'multipart/form-data; boundary=B' } },
          resolve,
        ).once('error', reject);
        void pipeline(multipart(), sending).catch(reject);
      });
      const answer = await answered;
      const text = (await answer.setEncoding('utf8').toArray()).join('');
      expect(`${answer.statusCode} ${text}`).toMatch(/^200 /);
      return JSON.parse(text) as { id: string; film: string };
    }
  },
);

function* multipart(): Generator<Buffer> {
  const head = 'Content-Disposition: form-data; name="film"; filename="film.bin"';
  yield Buffer.from(`--B\r\n${head}\r\n\r\n`);
  for (let at = 0; at < SIZE / MIB; at++) yield mebibyte(at);
  yield Buffer.from('\r\n--B--\r\n');
}

/** From now on, until it is asked: by how much memory has grown at most. */
function watchMemory(): () => number {
  const before = process.memoryUsage.rss();
  let most = before;
  const timer = setInterval(() => (most = Math.max(most, process.memoryUsage.rss())), 10);
  return () => {
    clearInterval(timer);
    return most - before;
  };
}
