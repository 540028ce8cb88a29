import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createEdgeClient, type EdgeClient } from '@davit/edge';
import {
  type Child,
  childProcess,
  freePort,
  loadGenerator,
  temporaryDirectory,
  type TemporaryDirectory,
} from '@davit/testkit';
import { expect, test } from 'vitest';
import { app, aRoute, exchange, memoryLogger, rawClient, request, signal, world } from './world.ts';

const CLOSE = 'Connection: close';

interface Place extends AsyncDisposable {
  port: number;
  config: Record<string, unknown>;
  client: EdgeClient;
  directory: TemporaryDirectory;
  pid(): Promise<number>;
}

async function place(more: Record<string, unknown> = {}): Promise<Place> {
  const directory = await temporaryDirectory('edge');
  const port = await freePort();
  const controlSocket = join(directory.path, 'edge.sock');
  const pidFile = join(directory.path, 'edge.pid');
  const stateFile = join(directory.path, 'routes.json');
  const http = [{ host: '127.0.0.1', port }];
  return {
    port,
    directory,
    config: { http, controlSocket, stateFile, pidFile, ...more },
    client: createEdgeClient(controlSocket),
    pid: async () => Number(await readFile(pidFile, 'utf8')),
    [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose](),
  };
}

const start = (config: Record<string, unknown>): Promise<Child> =>
  childProcess(process.execPath, [join(import.meta.dirname, 'run.ts'), JSON.stringify(config)], {
    ready: /edge serves/,
  });

test('serves on from its state after it was killed', async () => {
  await using at = await place();
  await using web = await app('web');
  await using first = await start(at.config);
  await at.client.put(
    { generation: 5, routes: [aRoute({ targets: [web] })] },
    { signal: signal() },
  );
  expect((await stat(join(at.directory.path, 'routes.json'))).mode & 0o777).toBe(0o600);
  expect((await stat(join(at.directory.path, 'edge.sock'))).mode & 0o777).toBe(0o600);
  first.kill('SIGKILL');
  await first.ended;
  const gone = at.client.inForce({ signal: signal() });
  await expect(gone).rejects.toMatchObject({ code: 'unavailable' });
  await using second = await start(at.config);
  expect(second.output()).toMatch(/"generation":5/);
  expect(await exchange(at.port, request('/', CLOSE))).toMatch(/web$/);
  const old = at.client.put({ generation: 4, routes: [] }, { signal: signal() });
  await expect(old).rejects.toMatchObject({ code: 'conflict' });
});

test('finishes what is under way when it is asked to stop', async () => {
  await using at = await place();
  let finish: (() => void) | undefined;
  await using web = await app('web', ({ url }, response) => {
    if (url === '/quick') return void response.end('quick');
    response.write('first ');
    finish = () => void response.end('last');
  });
  await using edge = await start(at.config);
  await at.client.put(
    { generation: 1, routes: [aRoute({ targets: [web] })] },
    { signal: signal() },
  );
  await using idle = await rawClient(at.port, request('/quick'));
  await idle.until(/quick/);
  await using slow = await rawClient(at.port, request());
  await slow.until(/first/);
  edge.kill('SIGTERM');
  await idle.closed;
  await expect(rawClient(at.port)).rejects.toThrow(/ECONNREFUSED/);
  finish!();
  await slow.until(/last/);
  await slow.closed;
  expect(await edge.ended).toBe(0);
});

test('a successor takes over without a failed request', { timeout: 60_000 }, async () => {
  await using at = await place();
  await using web = await app('web', ({ url }, response) => {
    if (url === '/slow') response.write('first ');
    setTimeout(() => response.end('web'), url === '/slow' ? 1500 : 0);
  });
  const edge = await start(at.config);
  const routes = [aRoute({ targets: [web] }), aRoute({ host: '127.0.0.1', targets: [web] })];
  await at.client.put({ generation: 1, routes, drainMs: 4000 }, { signal: signal() });
  const url = `http://127.0.0.1:${at.port}/`;
  const load = { rate: 150, connections: 8 };
  await using kept = await loadGenerator(url, { ...load, keepAlive: true });
  await using fresh = await loadGenerator(url, { ...load, keepAlive: false });
  let pid = edge.pid;
  try {
    for (let generation = 2; generation <= 4; generation++) {
      await using slow = await rawClient(at.port, request('/slow'));
      await slow.until(/first/);
      const next = await at.client.handOver({ signal: signal() });
      expect(next.pid).not.toBe(pid);
      expect(await at.pid()).toBe(next.pid);
      pid = next.pid;
      await at.client.put({ generation, routes, drainMs: 4000 }, { signal: signal() });
      await slow.until(/web/);
      await sleep(300); // load on the successor
    }
    expect(await edge.ended).toBe(0);
    for (const counts of [await kept.stop(), await fresh.stop()]) {
      expect(counts).toMatchObject({ failed: 0, errors: {} });
      expect(counts.ok).toBeGreaterThan(300);
    }
    expect((await at.client.inForce({ signal: signal() })).generation).toBe(4);
  } finally {
    process.kill(pid, 'SIGKILL');
    await edge[Symbol.asyncDispose]();
  }
});

test('goes on when a successor does not start', async () => {
  const failing = (): Promise<never> => Promise.reject(new Error('no such program'));
  await using w = await world({ startSuccessor: failing });
  await using web = await app('web');
  await w.put([{ targets: [web] }]);
  const refused = w.client.handOver({ signal: signal() });
  await expect(refused).rejects.toMatchObject({ code: 'unavailable' });
  await w.put([{ targets: [web] }]);
  expect(await exchange(w.port, request('/', CLOSE))).toMatch(/web$/);
});

test.each([
  ['cut off', (text: string) => text.slice(0, -20)],
  ['changed', (text: string) => text.replace('a.test', 'b.test')],
  ['of a later version', (text: string) => text.replace('"version":1', '"version":2')],
])('says so and starts empty when its state is %s', async (_, spoil) => {
  await using w = await world();
  await w.put([{ targets: [] }]);
  await w.edge.close({ drainMs: 0 });
  const { stateFile } = w.options;
  const spoilt = spoil(await readFile(stateFile, 'utf8'));
  await writeFile(stateFile, spoilt);
  const logs: string[] = [];
  await using again = await world({ stateFile, logger: memoryLogger(logs) });
  expect(logs.join()).toMatch(/error The state file .* cannot be used/);
  const { generation, problems } = await again.status();
  expect([generation, problems.length]).toEqual([0, 1]);
  expect(await readFile(`${stateFile}.corrupt`, 'utf8')).toBe(spoilt);
  await again.put([{ targets: [] }]);
  expect((await again.status()).problems).toEqual([]);
});

test('leaves a running edge alone when its address is taken', async () => {
  await using w = await world();
  const http = [{ host: '127.0.0.1', port: w.port }];
  const second = world({ http, controlSocket: w.options.controlSocket });
  await expect(second).rejects.toMatchObject({ code: 'unavailable' });
  expect((await w.status()).generation).toBe(0);
});

test('refuses a table with every complaint by its path', async () => {
  await using w = await world();
  const refused = w.put(
    [
      { host: 'A.test', path: 'x' },
      { targets: [{ id: 'x', address: 'name:80' }] },
      { tls: 'none' },
    ],
    { certificates: { bad: { chain: 'x', key: 'y' } } },
  );
  await expect(refused).rejects.toMatchObject({
    code: 'invalid',
    data: {
      'certificates.bad': {},
      'routes.0.host': {},
      'routes.0.path': {},
      'routes.1.targets': {},
      'routes.2.tls': {},
    },
  });
  expect((await w.status()).generation).toBe(0);
});
