import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { loadGenerator } from './load-generator.ts';

test.each([true, false])(
  'counts answers and failures by kind (keepAlive %s)',
  async (keepAlive) => {
    let seen = 0;
    const clients = new Set<unknown>();
    const server = createServer((incoming, response) => {
      seen += 1;
      clients.add(incoming.socket);
      if (seen === 10) return incoming.socket.resetAndDestroy();
      response.statusCode = seen === 20 ? 503 : 200;
      response.end('text');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await using load = await loadGenerator(url, { rate: 200, connections: 5, keepAlive });
    await expect
      .poll(async () => (await load.counts()).ok, { timeout: 10_000 })
      .toBeGreaterThan(100);
    const counts = await load.stop();
    server.closeAllConnections();
    server.close();
    expect(counts.errors).toEqual({ ECONNRESET: 1, 503: 1 });
    expect(counts.failed).toBe(2);
    expect(counts.bodies).toEqual({ text: counts.ok });
    expect(counts.ok + counts.failed).toBe(seen);
    expect(clients.size > 20).toBe(!keepAlive);
  },
);

test('counts a server that is not there as failures', async () => {
  const options = { rate: 100, connections: 1, keepAlive: false };
  await using load = await loadGenerator('http://127.0.0.1:1', options);
  await expect.poll(async () => (await load.counts()).failed).toBeGreaterThan(3);
  expect(Object.keys((await load.stop()).errors)).toEqual(['ECONNREFUSED']);
});
