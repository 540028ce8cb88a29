import { AppError } from '@davit/domain';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runScenarios, send } from './scenario.ts';
import { startServer } from './server.ts';
import type { TestServer } from './server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server[Symbol.asyncDispose]());

test('a connection begins with its id, in frames exactly as PocketBase writes them', async () => {
  const end = new AbortController();
  const response = await fetch(`${server.url}/api/realtime`, { signal: end.signal });
  expect(response.status).toBe(200);
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  const { value } = await response.body!.getReader().read();
  const frame = Buffer.from(value!).toString();
  const [, id] = /^id:(\w{40})\n/.exec(frame) ?? [];
  expect(frame).toBe(`id:${id}\nevent:PB_CONNECT\ndata:{"clientId":"${id}"}\n\n`);

  const subscribed = await send(server, {
    method: 'POST',
    path: '/api/realtime',
    as: 'user',
    body: { clientId: id, subscriptions: ['projects/*'] },
  });
  expect([subscribed.status, subscribed.text]).toEqual([204, '']);
  const somebodyElse = await send(server, {
    method: 'POST',
    path: '/api/realtime',
    as: 'other',
    body: { clientId: id, subscriptions: [] },
  });
  expect(somebodyElse.status).toBe(403);
  end.abort();
});

describe('subscriptions', () => {
  const row = { method: 'POST', path: '/api/realtime' };
  runScenarios(
    () => server,
    [
      {
        ...row,
        name: 'need a connection',
        body: { clientId: 'unknown', subscriptions: [] },
        status: 404,
        contains: ['Missing or invalid client id.'],
      },
      {
        ...row,
        name: 'need an id',
        body: {},
        status: 400,
        contains: ['"clientId":{"code":"validation_required"'],
      },
      {
        ...row,
        name: 'are bounded',
        body: { clientId: 'x', subscriptions: ['a'.repeat(2501)] },
        status: 400,
        contains: ['"subscriptions":{'],
      },
    ],
  );
});

test('a handler refuses a connection with an ordinary answer, and sees the end of others', async () => {
  const { hooks } = server.server.records;
  const ended = Promise.withResolvers<string>();
  const id = hooks.onRealtimeConnectRequest(async (e) => {
    await e.next();
    ended.resolve(e.client.id);
  });
  const end = new AbortController();
  const response = await fetch(`${server.url}/api/realtime`, { signal: end.signal });
  const { value } = await response.body!.getReader().read();
  end.abort();
  expect(Buffer.from(value!).toString()).toContain(await ended.promise);
  hooks.onRealtimeConnectRequest(
    () => {
      throw new AppError('forbidden', 'Not today.');
    },
    { id },
  );
  const refused = await fetch(`${server.url}/api/realtime`);
  expect(refused.status).toBe(403);
  expect(await refused.json()).toMatchObject({ message: 'Not today.' });
  hooks.off(id);
});

test('closing the server ends its streams instead of cutting them', async () => {
  const own = await startServer();
  const response = await fetch(`${own.url}/api/realtime`);
  const reader = response.body!.getReader();
  await reader.read();
  await own[Symbol.asyncDispose]();
  expect((await reader.read()).done).toBe(true);
});
