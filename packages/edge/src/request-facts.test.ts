import type { IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { readRequest } from './request-facts.ts';

const read = (headers: string[], more: object = {}): ReturnType<typeof readRequest> =>
  readRequest({
    method: 'POST',
    url: '/',
    httpVersionMinor: 1,
    rawHeaders: ['Host', 'a.test', ...headers],
    ...more,
  } as unknown as IncomingMessage);

// Node's parser refuses most of these before they come here: this is the second line of defence
test.each([
  [400, ['Content-Length', '1', 'Transfer-Encoding', 'chunked']],
  [400, ['Content-Length', '1', 'Content-Length', '1']],
  [400, ['Content-Length', '1,1']],
  [400, ['Content-Length', '-1']],
  [400, ['Content-Length', '']],
  [400, ['Content-Length', '99999999999999999999']],
  [501, ['Transfer-Encoding', 'gzip, chunked']],
  [501, ['Transfer-Encoding', 'chunked', 'Transfer-Encoding', 'chunked']],
  [501, ['Transfer-Encoding', '']],
  [400, ['Host', 'a.test']],
  [431, Array<string>(400).fill('X')],
])('answers %d to %j', (status, headers) => {
  expect(read(headers)).toMatchObject({ status });
});

test.each([
  ['GET', '/x?y', 'a.test', '/x?y'],
  ['GET', 'http://b.test', 'b.test', '/'],
  ['GET', 'https://B.test:80?q', 'b.test', '/?q'],
  ['OPTIONS', '*', 'a.test', '*'],
])('%s %s is for %s', (...[method, url, host, target]) => {
  expect(read([], { method, url })).toMatchObject({ host, target });
});

test('knows whether a body follows', () => {
  expect(read([])).toMatchObject({ hasBody: false, chunked: false });
  expect(read(['Content-Length', '0'])).toMatchObject({ hasBody: false });
  expect(read(['Content-Length', '7'])).toMatchObject({ hasBody: true, chunked: false });
  expect(read(['Transfer-Encoding', 'Chunked'])).toMatchObject({ hasBody: true, chunked: true });
});

test('an HTTP/1.0 client need not name a host', () => {
  expect(read([], { rawHeaders: [], httpVersionMinor: 0 })).toMatchObject({ host: '' });
  expect(read([], { rawHeaders: [] })).toMatchObject({ status: 400 });
});
