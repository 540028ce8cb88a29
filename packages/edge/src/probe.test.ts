import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { probe } from './probe.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function listen(server: Server): Promise<string> {
  servers.push(server.listen(0, '127.0.0.1'));
  await once(server, 'listening');
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const http = (status: number): Promise<string> =>
  listen(createHttpServer((_, response) => response.writeHead(status).end()));

test('wants 2xx or 3xx where a path is given', async () => {
  for (const [status, healthy] of [
    [200, true],
    [302, true],
    [404, false],
    [500, false],
  ] as const) {
    expect(await probe(await http(status), { path: '/up' })).toEqual({
      healthy,
      detail: `/up answers ${status}`,
    });
  }
});

test('takes any HTTP answer without a path, but for "not ready yet"', async () => {
  expect((await probe(await http(404))).healthy).toBe(true);
  expect((await probe(await http(503))).healthy).toBe(false);
});

test('is content with a connection where no HTTP is spoken', async () => {
  const other = await listen(createServer((socket) => void socket.end('-ERR unknown command\r\n')));
  expect(await probe(other)).toEqual({ healthy: true, detail: 'accepts connections' });
  expect((await probe(other, { path: '/up' })).healthy).toBe(false);
});

test('gives up after its time', async () => {
  const silent = await listen(createServer((socket) => void socket.on('error', () => {})));
  const { healthy, detail } = await probe(silent, { path: '/up', timeout: 100 });
  expect([healthy, detail]).toEqual([false, expect.stringContaining('no answer within 100 ms')]);
});

test('says that nothing listens', async () => {
  const address = await http(200);
  for (const server of servers.splice(0)) server.close();
  const { healthy, detail } = await probe(address);
  expect([healthy, detail]).toEqual([false, expect.stringContaining('ECONNREFUSED')]);
});
