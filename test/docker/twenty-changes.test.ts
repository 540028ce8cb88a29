import { hasDocker, loadGenerator, until } from '@davit/testkit';
import type { LoadCounts } from '@davit/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ProductApp } from '../product/app.ts';
import { openDownload, openSocket } from '../product/open-streams.ts';
import type { OpenStream } from '../product/open-streams.ts';
import { serveWorld } from './serve-world.ts';
import type { ServeWorld } from './serve-world.ts';

const CHANGES = 20;
const DRAIN_MS = 30_000;
const RATE = 250;
const isSoak = process.env['DAVIT_SOAK'] === '1';

/** A version of the app, the streams that were opened while it served, and when it was replaced. */
interface Version {
  streams: OpenStream[];
  download: OpenStream;
  /** performance.now() before the next version was asked for, and once that one served */
  asked: number;
  replaced: number;
}

describe.runIf(hasDocker())(
  'twenty image changes of an app on Docker, with the drain as it comes',
  () => {
    let world: ServeWorld;
    let app: ProductApp;
    let url: string;

    beforeAll(async () => {
      world = await serveWorld();
      app = await world.app('shop');
      url = await app.serviceUrl();
      await app.runs(await app.roll('1'));
      await app.serves('one');
    });
    afterAll(() => world?.[Symbol.asyncDispose]());

    async function underLoad(work: () => Promise<void>): Promise<LoadCounts> {
      await using load = await loadGenerator(`${url}/`, {
        rate: RATE,
        connections: 32,
        keepAlive: true,
      });
      await work();
      return await load.stop();
    }

    async function change(tag: string): Promise<Version> {
      const streams = [await openSocket(url), await openDownload(url, 4000)];
      const download = await openDownload(url, 200);
      const asked = performance.now();
      await app.runs(await app.roll(tag));
      return { streams, download, asked, replaced: performance.now() };
    }

    test('no request fails, and no stream closes before its drain ends', async () => {
      const versions: Version[] = [];
      const begin = performance.now();
      const counts = await underLoad(async () => {
        for (let n = 0; n < CHANGES; n++) versions.push(await change(String(((n + 1) % 3) + 1)));
      });
      const took = performance.now() - begin;
      expect(counts).toMatchObject({ failed: 0, errors: {} });
      const lives: number[] = [];
      for (const { streams, download, asked, replaced } of versions) {
        // 10 s long: begun on the old version, and whole
        expect((await download.ended).whole).toBe(true);
        for (const stream of streams) {
          const { at } = await stream.ended;
          expect(at - asked).toBeGreaterThan(DRAIN_MS);
          lives.push(at - replaced);
        }
      }
      const rate = Math.round((counts.ok / took) * 1000);
      console.log(
        `${CHANGES} changes in ${(took / 1000).toFixed(1)} s at ${rate} requests/s: ${counts.ok} answers, ` +
          `${counts.failed} failed, slowest ${counts.slowest} ms; ${lives.length} streams, closed ` +
          `${(Math.min(...lives) / 1000).toFixed(1)}–${(Math.max(...lives) / 1000).toFixed(1)} s after the change was seen`,
      );
      await until(async () => (await world.containers(app.ref)).length === 1, { timeout: 60_000 });
    });

    // SIGKILL comes after 30 s
    test.runIf(isSoak)(
      'no request fails beside a crashing version, nor when one ignores SIGTERM',
      async () => {
        await app.runs(await app.roll('1', { env: [{ name: 'IGNORE_SIGTERM', value: '1' }] }));
        const counts = await underLoad(async () => {
          await app.roll('2', { env: [{ name: 'CRASH', value: '1' }] });
          const crashed = await app.becomes('Degraded', 'CrashLoopBackOff');
          expect(crashed.message).toMatch(/exit code 1 .*CRASH=1/s);
          await app.runs(await app.roll('3'));
          const gone = async () => (await world.containers(app.ref)).length === 1;
          await until(gone, { timeout: 60_000 });
        });
        expect(counts).toMatchObject({ failed: 0, errors: {} });
        expect(Object.keys(counts.bodies).map((body) => body.trim())).toEqual(['one', 'three']);
      },
    );

    // the deadline is five minutes
    test.runIf(isSoak).each([
      { what: 'on a wrong port', spec: { interfaces: [{ name: 'http', port: 9 }] }, port: 9 },
      {
        what: 'that never gets healthy',
        spec: { env: [{ name: 'NEVER_READY', value: '1' }] },
        port: 8080,
      },
    ])('no request fails beside a version $what', { timeout: 600_000 }, async ({ spec, port }) => {
      await app.runs(await app.roll('1'));
      const counts = await underLoad(async () => {
        await app.roll('2', spec);
        const late = async () => (await app.status()).reason === 'ProgressDeadlineExceeded';
        await until(late, { timeout: 400_000, interval: 500 });
        const { phase, message } = await app.status();
        expect(phase).toBe('Degraded');
        expect(message).toContain(`:${port}: ECONNREFUSED`);
      });
      expect(counts).toMatchObject({ failed: 0, errors: {} });
      expect(Object.keys(counts.bodies).map((body) => body.trim())).toEqual(['one']);
    });
  },
);
