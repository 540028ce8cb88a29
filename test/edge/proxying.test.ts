import { createHash, randomBytes } from 'node:crypto';
import { Agent, request as httpRequest } from 'node:http';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { app, exchange, rawClient, request, world } from './world.ts';

const CLOSE = 'Connection: close';

test('routes by host and the longest path prefix', async () => {
  await using w = await world();
  await using web = await app('web');
  await using api = await app('api');
  await using any = await app('any');
  await w.put([
    { targets: [web] },
    { path: '/api', targets: [api] },
    { host: '*.wild.test', targets: [any] },
    { host: 'shop.localhost', targets: [web] },
  ]);
  const ask = async (host: string, path: string): Promise<string> => {
    const answer = await exchange(
      w.port,
      `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n${CLOSE}\r\n\r\n`,
    );
    return `${answer.slice(9, 12)} ${answer.split('\r\n\r\n')[1]!.split('\n')[0]}`;
  };
  expect(await ask('a.test', '/')).toBe('200 web');
  expect(await ask('A.TEST.:8080', '/x')).toBe('200 web');
  expect(await ask('a.test', '/api')).toBe('200 api');
  expect(await ask('a.test', '/api?x=1')).toBe('200 api');
  expect(await ask('a.test', '/api/v1')).toBe('200 api');
  expect(await ask('a.test', '/apis')).toBe('200 web');
  expect(await ask('one.wild.test', '/')).toBe('200 any');
  expect(await ask('one.two.wild.test', '/')).toBe('404 Nothing here');
  expect(await ask('shop.localhost', '/')).toBe('200 web');
  expect(await ask('other.test', '/')).toBe('404 Nothing here');
});

test('says what is wrong when there is no app, a stopped one, or none that answers', async () => {
  await using w = await world();
  await using gone = await app('gone');
  await w.put([
    { targets: [gone] },
    { path: '/stopped', state: 'stopped', targets: [gone] },
    { path: '/none', targets: [] },
  ]);
  await gone[Symbol.asyncDispose]();
  const refused = await exchange(w.port, request('/', CLOSE));
  expect(refused).toMatch(/^HTTP\/1.1 502 [^]*X-Request-Id: ([\w-]{36})[^]*Request \1/);
  expect(await exchange(w.port, request('/stopped', CLOSE))).toMatch(/^HTTP\/1.1 503 [^]*stopped/);
  expect(await exchange(w.port, request('/none', CLOSE))).toMatch(/^HTTP\/1.1 502 [^]*No instance/);
  const page = await exchange(w.port, request('/none', 'Accept: text/html', CLOSE));
  expect(page).toMatch(/text\/html[^]*<h1>No answer<\/h1>/);
});

test('asks another instance when one refuses the connection', async () => {
  await using w = await world();
  await using up = await app('up');
  await using down = await app('down');
  await down[Symbol.asyncDispose]();
  await w.put([{ targets: [down, up] }]);
  for (let i = 0; i < 4; i++) expect(await exchange(w.port, request('/', CLOSE))).toMatch(/up$/);
});

test('spreads requests over the instances', async () => {
  await using w = await world();
  await using one = await app('one');
  await using two = await app('two');
  await w.put([{ targets: [one, two] }]);
  for (let i = 0; i < 10; i++) await exchange(w.port, request('/', CLOSE));
  expect([one.seen.length, two.seen.length]).toEqual([5, 5]);
});

test('uses connections to an instance again', async () => {
  await using w = await world();
  await using web = await app('web');
  let connections = 0;
  web.server.on('connection', () => (connections += 1));
  await w.put([{ targets: [web] }]);
  await using client = await rawClient(w.port);
  for (let i = 1; i <= 5; i++) {
    client.send(request());
    await client.until(new RegExp(`(web[^]*){${i}}`));
  }
  for (let i = 0; i < 3; i++) await exchange(w.port, request('/', CLOSE));
  expect(connections).toBe(1);
});

test('uses hundreds of connections to an instance again', async () => {
  const clients = 300;
  let connections = 0;
  let waiting: ServerResponse[] = [];
  await using web = await app('web', (_, response) => {
    waiting.push(response);
    if (waiting.length < clients) return;
    for (const one of waiting) one.end('web');
    waiting = [];
  });
  web.server.on('connection', () => (connections += 1));
  await using w = await world();
  await w.put([{ targets: [web] }]);
  for (let round = 1; round <= 3; round++) {
    const all = Array.from({ length: clients }, () => exchange(w.port, request('/', CLOSE)));
    for (const answer of await Promise.all(all)) expect(answer).toMatch(/web$/);
  }
  expect(connections).toBe(clients);
});

test('passes large bodies both ways unchanged, with and without a length', async () => {
  await using w = await world();
  await using echo = await app('echo', (incoming, response) => {
    const length = incoming.headers['content-length'];
    if (length !== undefined) response.setHeader('Content-Length', length);
    incoming.pipe(response);
  });
  await w.put([{ targets: [echo] }]);
  const data = randomBytes(8 * 1024 * 1024);
  const sum = createHash('sha256').update(data).digest('hex');
  for (const length of [{ 'Content-Length': data.length }, { 'Transfer-Encoding': 'chunked' }]) {
    const headers = { Host: 'a.test', ...length };
    const outgoing = httpRequest(w.url, { method: 'POST', headers });
    outgoing.end(data);
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    const hash = createHash('sha256');
    for await (const chunk of response) hash.update(chunk as Buffer);
    expect(hash.digest('hex')).toBe(sum);
    expect(response.headers['content-length']).toBe(
      'Content-Length' in length ? String(data.length) : undefined,
    );
  }
});

test('passes trailers both ways', async () => {
  await using w = await world();
  await using web = await app('web', (incoming, response) => {
    incoming.resume().on('end', () => {
      response.writeHead(200, { Trailer: 'X-Out' });
      response.write(JSON.stringify(incoming.trailers));
      response.addTrailers({ 'X-Out': 'yes' });
      response.end();
    });
  });
  await w.put([{ targets: [web] }]);
  const head = [
    'POST / HTTP/1.1',
    'Host: a.test',
    CLOSE,
    'Transfer-Encoding: chunked',
    'Trailer: X-In',
  ];
  const body = ['', '2', 'ab', '0', 'X-In: 1', '', ''];
  const answer = await exchange(w.port, [...head, ...body].join('\r\n'));
  expect(answer).toContain('{"x-in":"1"}');
  expect(answer).toMatch(/Trailer: X-Out/);
  expect(answer).toMatch(/\r\n0\r\nX-Out: yes\r\n\r\n$/);
});

test('waits for the 100 of the app before a body is sent', async () => {
  await using w = await world();
  await using web = await app('web');
  web.server.on('checkContinue', (incoming: IncomingMessage, response) => {
    if (incoming.url === '/no') return response.writeHead(413).end();
    response.writeContinue();
    web.server.emit('request', incoming, response);
  });
  await w.put([{ targets: [web] }]);
  const head = (path: string): string =>
    `POST ${path} HTTP/1.1\r\nHost: a.test\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n`;
  await using client = await rawClient(w.port, head('/yes'));
  await client.until(/^HTTP\/1.1 100 Continue\r\n\r\n$/);
  client.send('abc');
  await client.until(/HTTP\/1.1 200 OK[^]*web$/);
  expect(web.seen[0]!.body).toBe('abc');
  await using refused = await rawClient(w.port, head('/no'));
  await refused.closed;
  expect(refused.text()).toMatch(/^HTTP\/1.1 413 [^]*Connection: close/);
});

test('streams server-sent events as they come', async () => {
  await using w = await world();
  let send: ((text: string) => void) | undefined;
  await using web = await app('web', (_, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.flushHeaders();
    send = (text) => void response.write(`data: ${text}\n\n`);
  });
  await w.put([{ targets: [web] }]);
  await using client = await rawClient(w.port, request());
  await client.until(/text\/event-stream/);
  for (const text of ['one', 'two']) {
    send!(text);
    await client.until(new RegExp(`data: ${text}`));
  }
});

test('answers HEAD, 204 and 304 without a body and keeps the connection', async () => {
  await using w = await world();
  await using web = await app('web', ({ url = '', method }, response) => {
    const status = Number(url.slice(1));
    response.writeHead(status, method === 'HEAD' ? { 'Content-Length': '123' } : {});
    response.end();
  });
  await w.put([{ targets: [web] }]);
  await using client = await rawClient(w.port);
  client.send(request('/200').replace('GET', 'HEAD'));
  await client.until(/200 OK[^]*Content-Length: 123[^]*\r\n\r\n$/);
  client.send(request('/204'));
  await client.until(/204 No Content[^]*\r\n\r\n$/);
  client.send(request('/304'));
  await client.until(/304 Not Modified[^]*\r\n\r\n$/);
  client.send(request('/200'));
  await client.until(/304 [^]*200 OK/);
});

test('cuts the client off when the app breaks in the middle', async () => {
  await using w = await world();
  await using web = await app('web', (_, response) => {
    response.writeHead(200, { 'Content-Length': '10' });
    response.write('12345', () => response.destroy());
  });
  await w.put([{ targets: [web] }]);
  await using client = await rawClient(w.port, request());
  await client.closed;
  expect(client.text()).toMatch(/12345$/);
});

test('tells the app when the client leaves', async () => {
  await using w = await world();
  const left = Promise.withResolvers<void>();
  await using web = await app('web', (_, response) => {
    response.on('close', () => left.resolve());
    response.write('start');
  });
  await w.put([{ targets: [web] }]);
  await using client = await rawClient(w.port, request());
  await client.until(/start/);
  client.socket.destroy();
  await left.promise;
  await expect.poll(async () => (await w.status()).targets[0]!.open).toBe(0);
});

test('repeats a request whose pooled connection was closed, and only if it is safe', async () => {
  await using w = await world();
  let closing = false;
  const methods: string[] = [];
  await using web = await app('web', (incoming, response) => {
    if (closing && methods.push(incoming.method!) && closing) {
      closing = false;
      return void incoming.socket.destroy();
    }
    methods.push(incoming.method!);
    incoming.resume().on('end', () => response.end('web'));
  });
  await w.put([{ targets: [web] }]);
  const ask = async (method: string, body = ''): Promise<string> => {
    const length = `Content-Length: ${body.length}`;
    return exchange(w.port, request('/', CLOSE, length).replace('GET', method) + body);
  };
  await ask('GET');
  closing = true;
  expect(await ask('GET')).toMatch(/^HTTP\/1.1 200 /);
  expect(methods.splice(0)).toEqual(['GET', 'GET', 'GET']);
  closing = true;
  expect(await ask('POST')).toMatch(/^HTTP\/1.1 502 /);
  expect(methods.splice(0)).toEqual(['POST']);
  await ask('GET');
  closing = true;
  expect(await ask('PUT', 'abc')).toMatch(/^HTTP\/1.1 502 /);
  expect(methods.splice(0)).toEqual(['GET', 'PUT']);
});

test('counts what each app does', async () => {
  await using w = await world();
  await using web = await app('web');
  await w.put([{ targets: [web] }]);
  const agent = new Agent({ keepAlive: true });
  await exchange(w.port, request('/', CLOSE));
  await exchange(w.port, `${request('/', CLOSE, 'Content-Length: 3').replace('GET', 'POST')}abc`);
  agent.destroy();
  const [counters] = (await w.status()).apps;
  expect(counters).toMatchObject({ statuses: [0, 2, 0, 0, 0], open: 0, bytesIn: 3, bytesOut: 6 });
  expect(counters!.latency.reduce((sum, { count }) => sum + count, 0)).toBe(2);
});
