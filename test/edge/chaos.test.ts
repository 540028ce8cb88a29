import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { app, exchange, request, world } from './world.ts';

const HEAD = 'Host: a.test\r\n';
const REQUESTS = [
  request(),
  request().replace('GET', 'HEAD'),
  `POST / HTTP/1.1\r\n${HEAD}Content-Length: 100000\r\n\r\n${'a'.repeat(50_000)}`,
  `POST / HTTP/1.1\r\n${HEAD}Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n5\r\nhello\r\n0\r\n\r\n`,
  `POST / HTTP/1.1\r\n${HEAD}Transfer-Encoding: chunked\r\n\r\nzz\r\n`,
  `${request('/', 'Connection: Upgrade', 'Upgrade: echo')}hello`,
  'GET / HTTP/1.0\r\n\r\n',
  'no HTTP\r\n\r\n',
];
const any = <T>(list: readonly T[]): T => list[Math.floor(Math.random() * list.length)]!;

test('nothing stays open and nothing breaks, whatever clients and apps do', async () => {
  await using w = await world();
  await using wild = await app('wild', (incoming, response) => {
    for (const side of [incoming, response]) side.on('error', () => {});
    any([
      () => incoming.socket.destroy(),
      () => incoming.socket.end('garbage\r\n\r\n'),
      () => incoming.socket.end('HTTP/1.1 103 E\r\nLink: bad\r\n\r\nHTTP/1.1 101 S\r\n\r\nzzz'),
      () =>
        response.writeHead(200, { 'Content-Length': '100' }).write('a', () => response.destroy()),
      () => response.writeHead(413).end('too much'),
      () => response.end('x'.repeat(200_000)),
      () => incoming.resume().on('end', () => response.end('fine')),
    ])();
  });
  wild.server.on('upgrade', (_, socket) => {
    socket.on('error', () => {});
    socket.write('HTTP/1.1 101 S\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
    any([() => socket.pipe(socket), () => socket.end(), () => socket.destroy()])();
  });
  const visit = async (): Promise<void> => {
    const socket = connect(w.port, '127.0.0.1');
    const { promise, resolve } = Promise.withResolvers<void>();
    socket.on('error', () => {}).on('close', () => resolve());
    for (let i = 0; i < 3; i++) socket.write(any(REQUESTS));
    socket.on('data', () => any([() => socket.destroy(), () => socket.write(any(REQUESTS))])());
    setTimeout(() => any([() => socket.destroy(), () => socket.resetAndDestroy()])(), 60);
    await promise;
  };
  const visitor = async (): Promise<void> => {
    for (let i = 0; i < 25; i++) await visit();
  };
  const visitors = Array.from({ length: 30 }, visitor);
  for (let i = 0; i < 15; i++) {
    const targets = [{ id: `wild-${i % 3}`, address: wild.address }];
    await w.put([{ targets, state: any(['active', 'active', 'hold']) }], { drainMs: 100 });
  }
  await w.put([{ targets: [wild] }], { drainMs: 100 });
  await Promise.all(visitors);
  await expect.poll(async () => (await w.status()).apps[0]!.open, { timeout: 5000 }).toBe(0);
  expect((await w.status()).targets.map(({ id, open }) => [id, open])).toEqual([['wild', 0]]);
  await using web = await app('web');
  await w.put([{ targets: [web] }]);
  expect(await exchange(w.port, request('/', 'Connection: close'))).toMatch(/web$/);
});
