import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { expect, test } from 'vitest';
import { type ResponseHead, ResponseParser } from './response-parser.ts';

interface Seen {
  heads: ResponseHead[];
  informed: number[];
  body: string;
  ends: number;
  trailers: string[];
  rest?: string;
}

function parse(pieces: readonly string[], method = 'GET'): Seen {
  const seen: Seen = { heads: [], informed: [], body: '', ends: 0, trailers: [] };
  const parser = new ResponseParser({
    information: (head) => void seen.informed.push(head.status),
    head: (head) => void seen.heads.push(head),
    data: (chunk) => void (seen.body += chunk.toString('latin1')),
    end: (trailers) => {
      seen.ends += 1;
      seen.trailers = trailers;
    },
    upgraded: (head, rest) => {
      seen.heads.push(head);
      seen.rest = rest.toString();
    },
  });
  parser.expect(method);
  for (const piece of pieces) {
    if (piece === 'EOF') parser.close();
    else parser.push(Buffer.from(piece, 'latin1'));
  }
  return seen;
}

const answer = (...lines: string[]): string => lines.join('\r\n');
const CHUNKED = answer(
  'HTTP/1.1 200 OK',
  'Transfer-Encoding: chunked',
  'X-A: 1',
  '',
  '5;note=x',
  'hello',
  '00b',
  ' wide world',
  '0',
  'X-Sum: 42',
  '',
  '',
);

test('reads the same whatever way the bytes are cut', () => {
  const whole = parse([CHUNKED]);
  expect(whole).toMatchObject({ body: 'hello wide world', ends: 1, trailers: ['X-Sum', '42'] });
  expect(parse([...CHUNKED])).toEqual(whole);
  for (let at = 1; at < CHUNKED.length; at++) {
    expect(parse([CHUNKED.slice(0, at), CHUNKED.slice(at)])).toEqual(whole);
  }
});

test.each([
  ['a length', answer('HTTP/1.1 200 OK', 'Content-Length: 2', '', 'ab'), 'ab', true],
  [
    'the same length twice',
    answer('HTTP/1.1 200 OK', 'Content-Length: 2', 'content-length: 2', '', 'ab'),
    'ab',
    true,
  ],
  ['no reason', answer('HTTP/1.1 200', 'Content-Length: 0', '', ''), '', true],
  ['204', answer('HTTP/1.1 204 No Content', '', ''), '', true],
  ['304 with a length', answer('HTTP/1.1 304 Not Modified', 'Content-Length: 9', '', ''), '', true],
  [
    'close',
    answer('HTTP/1.1 200 OK', 'Connection: x, Close', 'Content-Length: 1', '', 'a'),
    'a',
    false,
  ],
  ['HTTP/1.0', answer('HTTP/1.0 200 OK', 'Content-Length: 1', '', 'a'), 'a', false],
  [
    'HTTP/1.0 kept',
    answer('HTTP/1.0 200 OK', 'Connection: keep-alive', 'Content-Length: 1', '', 'a'),
    'a',
    true,
  ],
])('ends an answer with %s', (...[, text, body, keepAlive]) => {
  const seen = parse([text]);
  expect(seen).toMatchObject({ body, ends: 1, heads: [{ keepAlive }] });
});

test('reads until the end of the connection where there is no length', () => {
  const seen = parse([answer('HTTP/1.1 200 OK', '', 'ab'), 'cd', 'EOF']);
  expect(seen).toMatchObject({ body: 'abcd', ends: 1, heads: [{ keepAlive: false }] });
});

test('expects no body after HEAD', () => {
  expect(parse([answer('HTTP/1.1 200 OK', 'Content-Length: 99', '', '')], 'HEAD').ends).toBe(1);
});

test('passes over 100 and reports it', () => {
  const seen = parse([
    answer('HTTP/1.1 100 Continue', '', 'HTTP/1.1 200 OK', 'Content-Length: 0', '', ''),
  ]);
  expect(seen).toMatchObject({ informed: [100], ends: 1, heads: [{ status: 200 }] });
});

test('hands over what follows a 101', () => {
  expect(parse([answer('HTTP/1.1 101 Switching Protocols', 'Upgrade: x', '', 'raw')]).rest).toBe(
    'raw',
  );
});

test.each([
  [
    'both lengths',
    answer('HTTP/1.1 200 OK', 'Content-Length: 3', 'Transfer-Encoding: chunked', '', '0', '', ''),
  ],
  ['two lengths', answer('HTTP/1.1 200 OK', 'Content-Length: 3', 'Content-Length: 4', '', 'abc')],
  ['a signed length', answer('HTTP/1.1 200 OK', 'Content-Length: +3', '', 'abc')],
  ['a list of lengths', answer('HTTP/1.1 200 OK', 'Content-Length: 3, 3', '', 'abc')],
  ['an unknown encoding', answer('HTTP/1.1 200 OK', 'Transfer-Encoding: gzip', '', 'abc')],
  ['a folded line', answer('HTTP/1.1 200 OK', 'X-A: 1', ' 2', 'Content-Length: 0', '', '')],
  ['a space before the colon', answer('HTTP/1.1 200 OK', 'Content-Length : 0', '', '')],
  ['a bare line feed', answer('HTTP/1.1 200 OK', 'X-A: 1\nContent-Length: 5', '', '')],
  ['a null byte', answer('HTTP/1.1 200 OK', 'X-A: 1\0', '', '')],
  ['bytes after the end', answer('HTTP/1.1 200 OK', 'Content-Length: 1', '', 'abc')],
  ['no HTTP', answer('SSH-2.0-OpenSSH_9', '', '')],
  [
    'a chunk longer than its size',
    answer('HTTP/1.1 200 OK', 'Transfer-Encoding: chunked', '', '1', 'abc', '', ''),
  ],
  [
    'a chunk without a size',
    answer('HTTP/1.1 200 OK', 'Transfer-Encoding: chunked', '', 'xyz', '', ''),
  ],
  ['a head without end', `HTTP/1.1 200 OK\r\nX: ${'a'.repeat(70_000)}`],
])('refuses %s', (_, text) => {
  expect(() => parse([text])).toThrow(/cannot be read/);
});

test('refuses an answer that stops in the middle', () => {
  expect(() => parse([answer('HTTP/1.1 200 OK', 'Content-Length: 5', '', 'abc'), 'EOF'])).toThrow(
    /before its answer ended/,
  );
});

test('reads what a real server sends, byte by byte', async () => {
  const listener: RequestListener = (_, response) => {
    response.writeHead(200, { Trailer: 'X-End' });
    response.write('first ');
    response.addTrailers({ 'X-End': 'yes' });
    response.end('second');
  };
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.end('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
  let text = '';
  for await (const chunk of socket.setEncoding('latin1')) text += String(chunk);
  server.close();
  expect(parse([...text])).toMatchObject({
    body: 'first second',
    trailers: ['X-End', 'yes'],
    ends: 1,
  });
});
