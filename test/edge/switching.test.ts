import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { loadGenerator } from '@davit/testkit';
import { expect, test } from 'vitest';
import { app, type App, exchange, rawClient, request, signal, world } from './world.ts';

const CLOSE = 'Connection: close';

/** Answers with its name, streams slowly under `/slow`, echoes on upgraded connections. */
async function fullApp(id: string): Promise<App> {
  const one = await app(id, ({ url }, response) => {
    if (url !== '/slow') return void response.end(id);
    response.write('begun ');
    const timer = setInterval(() => response.write('.'), 10);
    setTimeout(() => response.end(` ended ${id}`), 250);
    response.on('close', () => clearInterval(timer));
  });
  one.server.on('upgrade', (_, socket) => {
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n',
    );
    socket.pipe(socket);
  });
  return one;
}

test('loses nothing over 20 switches under load', { timeout: 60_000 }, async () => {
  await using w = await world();
  let current = await fullApp('app-0');
  const at = (target: App): Promise<unknown> =>
    w.put([{ host: '127.0.0.1', targets: [target] }, { targets: [target] }]);
  await at(current);
  const load = { rate: 150, connections: 8 };
  await using kept = await loadGenerator(`${w.url}/k`, { ...load, keepAlive: true });
  await using fresh = await loadGenerator(`${w.url}/f`, { ...load, keepAlive: false });
  await expect.poll(async () => (await fresh.counts()).ok).toBeGreaterThan(20);
  for (let i = 1; i <= 20; i++) {
    await using old = current;
    await using tunnel = await rawClient(
      w.port,
      request('/', 'Connection: Upgrade', 'Upgrade: echo'),
    );
    await using slow = await rawClient(w.port, request('/slow'));
    await Promise.all([tunnel.until(/\r\n\r\n$/), slow.until(/begun/)]);
    current = await fullApp(`app-${i}`);
    await at(current);
    tunnel.send('still here');
    await Promise.all([tunnel.until(/still here/), slow.until(new RegExp(`ended ${old.id}`))]);
    tunnel.socket.end();
    // what the driver waits for before it removes the old instance
    await expect
      .poll(async () => (await w.status()).targets.map(({ id }) => id))
      .toEqual([current.id]);
  }
  const counts = [await kept.stop(), await fresh.stop()];
  await current[Symbol.asyncDispose]();
  for (const { failed, errors, ok, bodies } of counts) {
    expect({ failed, errors }).toEqual({ failed: 0, errors: {} });
    expect(ok).toBeGreaterThan(200);
    expect(Object.keys(bodies).length).toBeGreaterThan(15);
  }
});

test('a kept connection goes on with its next request on the new instance', async () => {
  await using w = await world();
  await using one = await app('one');
  await using two = await app('two');
  await w.put([{ targets: [one] }]);
  await using client = await rawClient(w.port, request());
  await client.until(/one$/);
  await w.put([{ targets: [two] }]);
  client.send(request());
  await client.until(/two$/);
  expect((await w.status()).targets.map(({ id }) => id)).toEqual(['two']);
  // nothing of the edge stays on the old one
  const connections = promisify(one.server.getConnections.bind(one.server));
  await expect.poll(() => connections(), { timeout: 2000 }).toBe(0);
});

test('what is under way ends on the old instance, which counts as draining', async () => {
  await using w = await world();
  let finish: (() => void) | undefined;
  await using old = await app('old', (incoming, response) => {
    if (incoming.headers.upgrade) return;
    response.write('first ');
    finish = () => void response.end('last');
  });
  old.server.on('upgrade', (_, socket) => {
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n',
    );
    socket.pipe(socket);
  });
  await using new_ = await app('new');
  await w.put([{ targets: [old] }]);
  await using slow = await rawClient(w.port, request());
  await slow.until(/first/);
  await using tunnel = await rawClient(
    w.port,
    request('/', 'Connection: Upgrade', 'Upgrade: echo'),
  );
  await tunnel.until(/101 Switching[^]*Upgrade: echo\r\n\r\n/);
  await w.put([{ targets: [new_] }]);
  expect(await exchange(w.port, request('/', CLOSE))).toMatch(/new$/);
  expect((await w.status()).targets).toContainEqual({
    id: 'old',
    address: old.address,
    open: 2,
    draining: true,
  });
  tunnel.send('still here');
  await tunnel.until(/still here/);
  finish!();
  await slow.until(/last/);
  tunnel.socket.end();
  await expect.poll(async () => (await w.status()).targets.map(({ id }) => id)).toEqual(['new']);
});

test('what is still open at the drain deadline is closed', async () => {
  await using w = await world();
  await using old = await app('old', (_, response) => void response.write('first '));
  old.server.on('upgrade', (_, socket) => {
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n',
    );
    socket.on('error', () => {});
  });
  await w.put([{ targets: [old] }]);
  await using slow = await rawClient(w.port, request());
  await slow.until(/first/);
  await using tunnel = await rawClient(
    w.port,
    request('/', 'Connection: Upgrade', 'Upgrade: echo'),
  );
  await tunnel.until(/101/);
  const begun = performance.now();
  await w.put([{ targets: [] }], { drainMs: 300 });
  await Promise.all([slow.closed, tunnel.closed]);
  expect(performance.now() - begun).toBeGreaterThan(290);
  expect((await w.status()).targets).toEqual([]);
  expect((await w.status()).apps[0]!.open).toBe(0);
});

test('an instance that comes back before it has drained keeps its connections', async () => {
  await using w = await world();
  let finish: (() => void) | undefined;
  await using one = await app('one', (_, response) => {
    response.write('first ');
    finish = () => void response.end('last');
  });
  await w.put([{ targets: [one] }]);
  await using slow = await rawClient(w.port, request());
  await slow.until(/first/);
  await w.put([{ targets: [] }], { drainMs: 100 });
  await w.put([{ targets: [one] }]);
  await sleep(200); // past the deadline of the removal
  finish!();
  await slow.until(/last/);
});

test('requests wait while a route is on hold, and go on when it is not', async () => {
  await using w = await world();
  await using web = await app('web');
  await w.put([{ state: 'hold' }]);
  const waiting = Array.from({ length: 20 }, () => exchange(w.port, request('/', CLOSE)));
  const posted = `${request('/', CLOSE, 'Content-Length: 3').replace('GET', 'POST')}abc`;
  waiting.push(exchange(w.port, posted));
  await expect.poll(async () => (await w.status()).apps[0]!.held).toBe(21);
  await w.put([{ state: 'hold', targets: [web] }]);
  expect(web.seen).toEqual([]);
  await w.put([{ targets: [web] }]);
  for (const answer of await Promise.all(waiting)) expect(answer).toMatch(/200 OK[^]*web$/);
  expect(web.seen.map(({ body }) => body).filter(Boolean)).toEqual(['abc']);
  expect((await w.status()).apps[0]).toMatchObject({ held: 0, open: 0 });
});

test('a request does not wait for ever, nor do too many', async () => {
  await using w = await world({ holdLimit: 2 });
  await w.put([{ state: 'hold' }], { holdMs: 200 });
  const answers = await Promise.all(
    Array.from({ length: 3 }, () => exchange(w.port, request('/', CLOSE))),
  );
  for (const answer of answers) expect(answer).toMatch(/^HTTP\/1.1 503 [^]*Retry-After: \d/);
  expect(answers.filter((answer) => answer.includes('many are waiting'))).toHaveLength(1);
  await using left = await rawClient(w.port, request());
  await expect.poll(async () => (await w.status()).apps[0]!.held).toBe(1);
  left.socket.destroy();
  await expect.poll(async () => (await w.status()).apps[0]!.held).toBe(0);
});

test('a table of the past is refused, the same again is not', async () => {
  await using w = await world();
  const table = { generation: 7, routes: [] };
  expect(await w.client.put(table, { signal: signal() })).toEqual({ generation: 7 });
  expect(await w.client.put(table, { signal: signal() })).toEqual({ generation: 7 });
  const older = w.client.put({ ...table, generation: 6 }, { signal: signal() });
  await expect(older).rejects.toMatchObject({ code: 'conflict' });
  const other = w.client.put({ ...table, drainMs: 1 }, { signal: signal() });
  await expect(other).rejects.toMatchObject({ code: 'conflict' });
  expect((await w.status()).generation).toBe(7);
});

test('tables put at the same time come into force in their order', async () => {
  await using w = await world();
  const puts = [1, 3, 2].map((generation) =>
    w.client.put({ generation, routes: [] }, { signal: signal() }).then(
      () => 'taken',
      (error: { code: string }) => error.code,
    ),
  );
  const outcomes = await Promise.all(puts);
  expect(outcomes[1]).toBe('taken');
  expect((await w.status()).generation).toBe(3);
});

test('a slow reader holds the app back, not the memory', async () => {
  await using w = await world();
  let written = 0;
  const PIECE = Buffer.alloc(64 * 1024);
  const left = new AbortController();
  const write = async (response: ServerResponse): Promise<void> => {
    for (let i = 0; i < 3200 && !response.destroyed; i++) {
      written += PIECE.length;
      if (!response.write(PIECE)) await once(response, 'drain', { signal: left.signal });
    }
  };
  await using web = await app('web', (_, response) => {
    response.on('close', () => left.abort());
    write(response).catch(() => {});
  });
  await w.put([{ targets: [web] }]);
  await using client = await rawClient(w.port);
  client.socket.pause();
  client.send(request());
  let before = -1;
  await expect
    .poll(() => [written > 0 && written === before, (before = written)][0], {
      interval: 300,
      timeout: 10_000,
    })
    .toBe(true);
  expect(written).toBeLessThan(24 * 1024 * 1024);
});

test('a slow app holds the client back, not the memory', async () => {
  await using w = await world();
  await using web = await app('web', (incoming) => void incoming.pause());
  await w.put([{ targets: [web] }]);
  await using client = await rawClient(w.port);
  client.send(`${request('/', 'Content-Length: 209715200').replace('GET', 'POST')}`);
  const piece = 'x'.repeat(64 * 1024);
  let sent = 0;
  while (sent < 3200 && client.socket.writableLength < 1024 * 1024) {
    client.send(piece);
    sent += 1;
    await sleep(1);
  }
  expect(sent * piece.length).toBeLessThan(24 * 1024 * 1024);
});
