import { once } from 'node:events';
import { Agent, get } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { send } from './scenario.ts';
import { startServer } from './server.ts';
import type { TestServer } from './server.ts';

let server: TestServer;
const agent = new Agent({ keepAlive: false, maxSockets: Number.POSITIVE_INFINITY });

beforeAll(async () => {
  server = await startServer();
  const created = await send(server, {
    method: 'POST',
    path: '/api/collections',
    as: 'superuser',
    body: {
      name: 'news',
      listRule: 'public = true',
      viewRule: '',
      fields: [
        { name: 'number', type: 'number' },
        { name: 'public', type: 'bool' },
        { name: 'text', type: 'json' },
      ],
    },
  });
  expect(created.status).toBe(200);
});
afterAll(() => server[Symbol.asyncDispose]());

interface Socket {
  response: IncomingMessage;
  /** numbers of the records it was told of */
  told: number[];
}

/** A subscriber on a real socket; `idle`: it stops reading once it is subscribed. */
async function listen({ idle = false } = {}): Promise<Socket> {
  const request = get(`${server.url}/api/realtime`, { agent });
  request.on('error', () => undefined);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const told: number[] = [];
  const first = Promise.withResolvers<string>();
  let rest = '';
  response.setEncoding('utf8');
  response.on('error', () => undefined);
  response.on('data', (chunk: string) => {
    const frames = (rest + chunk).split('\n\n');
    rest = frames.pop() ?? '';
    for (const frame of frames) {
      const id = /"clientId":"(\w+)"/.exec(frame)?.[1];
      if (id !== undefined) first.resolve(id);
      const number = /"number":(\d+)/.exec(frame)?.[1];
      if (number !== undefined) told.push(Number(number));
    }
  });
  const body = { clientId: await first.promise, subscriptions: ['news/*'] };
  const subscribed = await send(server, { method: 'POST', path: '/api/realtime', body });
  expect(subscribed.status).toBe(204);
  if (idle) response.pause();
  return { response, told };
}

const range = (length: number): number[] => Array.from({ length }, (_, index) => index);

test('a thousand subscribers hear of every change, in its order', async () => {
  const sockets: Socket[] = [];
  while (sockets.length < 1000) {
    sockets.push(...(await Promise.all(range(50).map(() => listen()))));
  }
  const { records } = server.server;
  for (const number of range(30)) {
    await records.save('news', { number, public: number % 3 !== 0 });
  }
  const expected = range(30).filter((number) => number % 3 !== 0);
  await vi.waitFor(
    () => {
      for (const { told } of sockets) expect(told).toHaveLength(expected.length);
    },
    { timeout: 60_000, interval: 200 },
  );
  for (const { told } of sockets) expect(told).toEqual(expected);
  for (const { response } of sockets) response.destroy();
  await vi.waitFor(() => expect(records.realtime.clients()).toEqual([]), { timeout: 20_000 });
});

test('a client that does not read is dropped, and nobody waits for it', async () => {
  const { records } = server.server;
  const slow = await listen({ idle: true });
  const quick = await listen();
  const text = 'x'.repeat(500_000);
  const count = 80;
  for (const number of range(count)) await records.save('news', { number, public: true, text });
  await vi.waitFor(() => expect(quick.told).toEqual(range(count)), { timeout: 60_000 });
  await vi.waitFor(() => expect(records.realtime.clients()).toHaveLength(1), { timeout: 20_000 });
  expect(slow.told.length).toBeLessThan(count);
  quick.response.destroy();
  slow.response.destroy();
});
