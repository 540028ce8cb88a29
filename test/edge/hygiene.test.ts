import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { app, exchange, rawClient, request, world } from './world.ts';

const CLOSE = 'Connection: close';
const raw = (...lines: string[]): string => lines.join('\r\n');

test('an app sees who asked, and nothing a client made up', async () => {
  await using w = await world();
  await using web = await app('web');
  await w.put([{ targets: [web] }]);
  await exchange(
    w.port,
    request(
      '/',
      'X-Forwarded-For: 6.6.6.6',
      'x_forwarded_for: 6.6.6.6',
      'X-Forwarded-Proto: https',
      'X-Forwarded-Host: evil.test',
      'X-Forwarded-Port: 1',
      'X-Real-IP: 6.6.6.6',
      'Forwarded: for=6.6.6.6',
      'X-Request-Id: mine',
      'Connection: close, X-Secret, X-Forwarded-For, Host',
      'X-Secret: 1',
      'Keep-Alive: timeout=5',
      'TE: trailers, gzip',
      'Proxy-Authorization: x',
      'Proxy-Connection: keep-alive',
      'X-Stays: yes',
      'Cookie: a=1',
      'Cookie: b=2',
    ),
  );
  const { headers } = web.seen[0]!;
  expect(headers).toEqual({
    host: 'a.test',
    te: 'trailers',
    'x-stays': 'yes',
    cookie: 'a=1; b=2',
    'x-forwarded-for': '127.0.0.1',
    'x-forwarded-host': 'a.test',
    'x-forwarded-proto': 'http',
    forwarded: 'for=127.0.0.1;host="a.test";proto=http',
    'x-request-id': expect.stringMatching(/^[\w-]{36}$/) as string,
  });
});

test('a trusted proxy is believed, and added to', async () => {
  await using w = await world({ trustedPeers: ['10.0.0.0/8', '127.0.0.1', '::1'] });
  await using web = await app('web');
  await w.put([{ targets: [web] }]);
  const claims = ['X-Forwarded-For: 1.2.3.4', 'X-Forwarded-Proto: https', 'X-Request-Id: abc-1'];
  const more = ['Forwarded: for=1.2.3.4', 'X-Forwarded-Host: shop.test'];
  await exchange(w.port, request('/', CLOSE, ...claims, ...more));
  expect(web.seen[0]!.headers).toMatchObject({
    'x-forwarded-for': '1.2.3.4, 127.0.0.1',
    'x-forwarded-proto': 'https',
    'x-forwarded-host': 'shop.test',
    'x-request-id': 'abc-1',
    forwarded: 'for=1.2.3.4, for=127.0.0.1;host="a.test";proto=https',
  });
});

test('a client gets end-to-end headers only, and those of the route', async () => {
  await using w = await world();
  await using web = await app('web', (_, response) => {
    response.setHeader('Connection', ['keep-alive', 'X-Hop']);
    response.setHeader('X-Hop', '1');
    response.setHeader('Proxy-Authenticate', 'x');
    response.setHeader('Set-Cookie', ['a=1', 'b=2']);
    response.setHeader('x-frame-options', 'ALLOW');
    response.end('web');
  });
  await w.put([{ targets: [web], headers: { 'X-Frame-Options': 'DENY' } }]);
  const answer = await exchange(w.port, request('/', CLOSE));
  expect(answer).not.toMatch(/X-Hop|Proxy-Authenticate|ALLOW|keep-alive/i);
  expect(answer).toMatch(/Set-Cookie: a=1\r\nSet-Cookie: b=2\r\n/);
  expect(answer).toMatch(/X-Frame-Options: DENY/);
});

test('takes the host of an absolute address for itself and for the app', async () => {
  await using w = await world();
  await using web = await app('web');
  await w.put([{ targets: [web] }]);
  const text = raw('GET http://a.test/x?y HTTP/1.1', 'Host: other.test', CLOSE, '', '');
  expect(await exchange(w.port, text)).toMatch(/web$/);
  expect(web.seen[0]).toMatchObject({ url: '/x?y', headers: { host: 'a.test' } });
});

const POST = ['POST / HTTP/1.1', 'Host: a.test'];
test.each([
  [
    'length and chunks',
    raw(...POST, 'Content-Length: 4', 'Transfer-Encoding: chunked', '', '0', '', 'GET'),
  ],
  [
    'chunks and length',
    raw(...POST, 'Transfer-Encoding: chunked', 'Content-Length: 4', '', '0', '', 'GET'),
  ],
  ['two lengths', raw(...POST, 'Content-Length: 4', 'Content-Length: 5', '', 'abcde')],
  ['a list of lengths', raw(...POST, 'Content-Length: 4, 5', '', 'abcde')],
  ['a signed length', raw(...POST, 'Content-Length: +4', '', 'abcd')],
  ['a length in hex', raw(...POST, 'Content-Length: 0x4', '', 'abcd')],
  [
    'chunked twice',
    raw(...POST, 'Transfer-Encoding: chunked', 'Transfer-Encoding: chunked', '', '0', '', ''),
  ],
  ['chunked not last', raw(...POST, 'Transfer-Encoding: chunked, identity', '', '0', '', '')],
  ['a hidden encoding', raw(...POST, 'Transfer-Encoding: xchunked', '', '0', '', '')],
  ['a compressed encoding', raw(...POST, 'Transfer-Encoding: gzip, chunked', '', '0', '', '')],
  [
    'a vertical tab before chunked',
    raw(...POST, 'Transfer-Encoding: \x0bchunked', '', '0', '', ''),
  ],
  ['a space before the colon', raw(...POST, 'Transfer-Encoding : chunked', '', '0', '', '')],
  ['a folded header', raw(...POST, 'X-A: 1', ' Transfer-Encoding: chunked', '', '0', '', '')],
  ['a bare line feed', raw(...POST, 'X-A: 1\nTransfer-Encoding: chunked', '', '0', '', '')],
  ['a bare carriage return', raw(...POST, 'X-A: 1\rTransfer-Encoding: chunked', '', '0', '', '')],
  ['a null byte', raw(...POST, 'X-A: 1\0', '', '')],
  ['a bad chunk size', raw(...POST, 'Transfer-Encoding: chunked', '', '0x4', 'abcd', '0', '', '')],
  ['two hosts', raw('GET / HTTP/1.1', 'Host: a.test', 'Host: b.test', '', '')],
  ['no host', raw('GET / HTTP/1.1', '', '')],
  ['a host with a path', raw('GET / HTTP/1.1', 'Host: a.test/x', '', '')],
  ['a host with a space', raw('GET / HTTP/1.1', 'Host: a.test b.test', '', '')],
  ['a host with user', raw('GET / HTTP/1.1', 'Host: me@a.test', '', '')],
  ['an address without slash', raw('GET x HTTP/1.1', 'Host: a.test', '', '')],
  ['another scheme', raw('GET ftp://a.test/ HTTP/1.1', 'Host: a.test', '', '')],
  ['a tunnel', raw('CONNECT a.test:443 HTTP/1.1', 'Host: a.test', '', '')],
  ['HTTP/2 without asking', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ['a long address', raw(`GET /${'a'.repeat(9000)} HTTP/1.1`, 'Host: a.test', '', '')],
  ['a large header', raw('GET / HTTP/1.1', 'Host: a.test', `X-A: ${'a'.repeat(40_000)}`, '', '')],
  [
    'many headers',
    raw('GET / HTTP/1.1', 'Host: a.test', ...Array<string>(200).fill('X-A: 1'), '', ''),
  ],
])('refuses %s', async (_, bytes) => {
  await using w = await world();
  await using web = await app('web');
  await w.put([{ targets: [web] }]);
  await using client = await rawClient(w.port, bytes);
  await client.closed;
  expect(client.text()).toMatch(/^$|^HTTP\/1\.1 (400|408|414|431|501) /);
  expect(web.seen).toEqual([]);
});

test('an answer that can be read in two ways reaches nobody', async () => {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('data', () =>
      socket.write(
        raw('HTTP/1.1 200 OK', 'Content-Length: 3', 'Transfer-Encoding: chunked', '', '0', '', ''),
      ),
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  await using w = await world();
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  await w.put([{ targets: [{ id: 'odd', address }] }]);
  expect(await exchange(w.port, request('/', CLOSE))).toMatch(/^HTTP\/1\.1 502 /);
  for (const socket of sockets) socket.destroy();
  server.close();
});

test('bytes after the end of an answer reach no other request', async () => {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', () => {
      socket.write(raw('HTTP/1.1 200 OK', 'Content-Length: 2', '', 'ok'));
      socket.write(raw('HTTP/1.1 200 OK', 'Content-Length: 6', '', 'poison'));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  await using w = await world();
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  await w.put([{ targets: [{ id: 'odd', address }] }]);
  for (let i = 0; i < 5; i++) {
    const answer = await exchange(w.port, request('/', CLOSE));
    expect(answer).toMatch(/ok$/);
    expect(answer).not.toMatch(/poison/);
  }
  await w.put([]);
  server.close();
});

test('a head that comes too slowly ends', async () => {
  await using w = await world({ timeouts: { headers: 300 } });
  const begun = performance.now();
  await using client = await rawClient(w.port, 'GET / HTTP/1.1\r\nHost: a.test\r\n');
  const dripping = setInterval(() => client.send('X-A: 1\r\n'), 50);
  await client.closed;
  clearInterval(dripping);
  expect(client.text()).toMatch(/^HTTP\/1.1 408 /);
  expect(performance.now() - begun).toBeLessThan(5000);
});

test('a body that stands still ends, and an app that does not answer', async () => {
  await using w = await world({ timeouts: { upload: 200, response: 200 } });
  await using web = await app('web', (incoming) => void incoming.resume());
  await w.put([{ targets: [web] }]);
  const post = request('/', 'Content-Length: 10').replace('GET', 'POST');
  const [upload, silent] = await Promise.all([
    exchange(w.port, `${post}abc`),
    exchange(w.port, request('/', CLOSE)),
  ]);
  expect(upload).toMatch(/^HTTP\/1.1 408 /);
  expect(silent).toMatch(/^HTTP\/1.1 504 /);
  expect((await w.status()).targets[0]!.open).toBe(0);
});

test('an upgrade that was not asked for cannot be had by pipelining', async () => {
  await using w = await world();
  await using web = await app(
    'web',
    (_, response) => void setTimeout(() => response.end('web'), 100),
  );
  await w.put([{ targets: [web] }]);
  const both = request() + request('/', 'Connection: Upgrade', 'Upgrade: echo');
  await using client = await rawClient(w.port, both);
  await client.closed;
  expect(client.text()).not.toMatch(/101/);
});

test('pipelined requests end with their connection', async () => {
  await using w = await world();
  await using web = await app('web', () => {});
  await w.put([{ targets: [web] }]);
  await using client = await rawClient(w.port, request().repeat(5));
  await expect.poll(async () => (await w.status()).apps[0]!.open).toBe(5);
  client.socket.destroy();
  await expect.poll(async () => (await w.status()).apps[0]!.open).toBe(0);
  expect((await w.status()).targets[0]!.open).toBe(0);
});

test('one connection cannot ask for everything at once', async () => {
  await using w = await world();
  await using web = await app('web', () => {});
  await w.put([{ targets: [web] }]);
  await using client = await rawClient(w.port, request().repeat(100));
  await client.closed;
  await expect.poll(async () => (await w.status()).apps[0]!.open).toBe(0);
});

test.each([
  ['a refused one', 'GET /x HTTP/1.1\r\nHost: a.test\r\nHost: b.test\r\n\r\n'],
  ['one for nobody', 'GET /x HTTP/1.1\r\nHost: b.test\r\n\r\n'],
])('an upgrade right behind %s harms nobody else', async (_, first) => {
  await using w = await world();
  await using web = await app('web');
  await w.put([{ targets: [web] }]);
  const upgrade = request('/', 'Connection: Upgrade', 'Upgrade: echo');
  await using client = await rawClient(w.port, first + upgrade);
  await client.closed;
  expect(await exchange(w.port, request('/', CLOSE))).toMatch(/web$/);
});

test('an app that does not upgrade answers as usual; HTTP/2 is not offered', async () => {
  await using w = await world();
  await using web = await app('web');
  await w.put([{ targets: [web] }]);
  const plain = await exchange(w.port, request('/', 'Connection: Upgrade', 'Upgrade: websocket'));
  expect(plain).toMatch(/^HTTP\/1.1 200 OK[^]*Connection: close[^]*web$/);
  const h2c = ['Connection: Upgrade, HTTP2-Settings, close', 'Upgrade: h2c', 'HTTP2-Settings: AAA'];
  expect(await exchange(w.port, request('/', ...h2c))).toMatch(/^HTTP\/1.1 200 OK[^]*web$/);
  expect(web.seen[1]!.headers).not.toHaveProperty('http2-settings');
  expect(web.seen[1]!.headers).not.toHaveProperty('upgrade');
});
