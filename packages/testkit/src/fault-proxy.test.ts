import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Agent, request } from 'undici';
import { faultProxy, type FaultProxy } from './fault-proxy.ts';

let proxy: FaultProxy;
let client: Agent;
const server = createServer((_, response) => response.end('fine'));

beforeEach(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  proxy = await faultProxy({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
  client = new Agent();
});

afterEach(async () => {
  await client.destroy();
  await proxy[Symbol.asyncDispose]();
  server.closeAllConnections();
  server.close();
});

const ask = async (timeout = 5_000): Promise<string> => {
  const signal = AbortSignal.timeout(timeout);
  const { body } = await request(proxy.url, { dispatcher: client, signal });
  return body.text();
};

test('forwards in both directions', async () => {
  expect(await ask()).toBe('fine');
  expect(proxy.connections).toBe(1);
});

test('refuses new connections until it is restored on the same port', async () => {
  proxy.refuse();
  await expect(ask()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  await proxy.restore();
  expect(await ask()).toBe('fine');
});

test('resets open connections', async () => {
  proxy.hang();
  const waiting = ask();
  await expect.poll(() => proxy.connections).toBe(1);
  proxy.reset();
  await expect(waiting).rejects.toMatchObject({ code: 'ECONNRESET' });
});

test('hangs, and forwards what hung once it is restored', async () => {
  proxy.hang();
  await expect(ask(200)).rejects.toMatchObject({ name: 'TimeoutError' });
  const waiting = ask();
  await proxy.restore();
  expect(await waiting).toBe('fine');
});

test('delays every piece', async () => {
  proxy.delay(100);
  const begin = performance.now();
  expect(await ask()).toBe('fine');
  expect(performance.now() - begin).toBeGreaterThan(190);
});
