import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadGenerator, temporaryDirectory } from '@davit/testkit';
import { expect, test } from 'vitest';
import { app, type App, rawClient, request, world } from './world.ts';

const SWITCHES = 20;
const DRAIN_MS = 4000;
const TICK_MS = 25;

/** Answers with its name; streams events and a download for as long as anybody listens; echoes when upgraded. */
async function streamingApp(id: string): Promise<App> {
  const one = await app(id, ({ url }, response) => {
    const piece = { '/events': `data: ${id}\n\n`, '/download': 'x'.repeat(100) }[url ?? ''];
    if (piece === undefined) return void response.end(id);
    if (url === '/events') response.setHeader('Content-Type', 'text/event-stream');
    else response.setHeader('Content-Length', 1_000_000_000);
    const timer = setInterval(() => response.write(piece), TICK_MS);
    response.on('close', () => clearInterval(timer));
  });
  one.server.on('upgrade', (_, socket) => {
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n',
    );
    socket.on('error', () => undefined).pipe(socket);
  });
  return one;
}

interface Line {
  path: string;
  status: number;
  bytesIn: number;
  bytesOut: number;
  target: string;
}

test(
  'open streams outlive 20 switches until their drain ends, and everything is counted',
  {
    timeout: 60_000,
  },
  async () => {
    await using directory = await temporaryDirectory('access');
    const accessLogFile = join(directory.path, 'access.log');
    await using w = await world({ accessLogFile });
    await using instances = new AsyncDisposableStack();
    const first = instances.use(await streamingApp('app-0'));
    const at = (target: App): Promise<unknown> =>
      w.put([{ host: '127.0.0.1', targets: [target] }, { targets: [target] }], {
        drainMs: DRAIN_MS,
      });
    await at(first);
    await using load = await loadGenerator(w.url, { rate: 100, connections: 8, keepAlive: true });
    const upgrade = request('/socket', 'Connection: Upgrade', 'Upgrade: echo');
    await using socket = await rawClient(w.port, upgrade);
    await using events = await rawClient(w.port, request('/events'));
    await using download = await rawClient(w.port, request('/download'));
    const streams = [socket, events, download];
    await socket.until(/Upgrade: echo\r\n\r\n$/);
    await Promise.all([events.until(/data: app-0/), download.until(/xxx/)]);

    const left = performance.now();
    for (let i = 1; i <= SWITCHES; i++) await at(instances.use(await streamingApp(`app-${i}`)));
    expect(performance.now() - left).toBeLessThan(DRAIN_MS);
    const before = streams.map((stream) => stream.text().length);
    socket.send('still here');
    await socket.until(/still here/);
    await expect
      .poll(() => streams.every((stream, i) => stream.text().length > (before[i] ?? 0)))
      .toBe(true);
    expect((await w.status()).targets).toContainEqual({
      ...{ id: 'app-0', address: first.address, open: 3, draining: true },
    });

    await Promise.all(streams.map((stream) => stream.closed));
    const lasted = performance.now() - left;
    expect(lasted).toBeGreaterThan(DRAIN_MS * 0.95);
    expect(events.text()).not.toMatch(/app-[1-9]/);
    const { ok, failed, errors } = await load.stop();
    expect({ failed, errors }).toEqual({ failed: 0, errors: {} });

    await expect.poll(async () => (await w.status()).apps[0]?.open).toBe(0);
    const [traffic] = (await w.status()).apps;
    expect(traffic?.statuses).toEqual([1, ok + 2, 0, 0, 0]);
    expect(traffic?.latency.reduce((sum, { count }) => sum + count, 0)).toBe(ok + 3);
    await w.edge.close({ drainMs: 0 });
    const lines = (await readFile(accessLogFile, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Line);
    expect(lines).toHaveLength(ok + 3);
    const logged = lines.reduce((sum, { bytesOut }) => sum + bytesOut, 0);
    expect(logged).toBe(traffic?.bytesOut);
    const sent = { '/socket': 'still here'.length, '/events': 0, '/download': 0 };
    for (const [path, bytesIn] of Object.entries(sent)) {
      const line = lines.find((one) => one.path === path);
      expect(line).toMatchObject({ target: 'app-0', bytesIn });
      expect(line?.bytesOut).toBeGreaterThan(0);
    }
  },
);
