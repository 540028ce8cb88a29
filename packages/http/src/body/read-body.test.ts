import { expect, test } from 'vitest';
import { toAppError } from '@davit/domain';
import { listenForTest } from '../listen.fixture.ts';
import { readBody } from './read-body.ts';

const LIMIT = 1000;

interface Answer {
  body?: unknown;
  files?: { field: string; name: string; contentType: string; text: string }[];
  error?: string;
}

/** What the reader makes of a request. */
async function read(init: RequestInit, query = ''): Promise<Answer> {
  await using server = await listenForTest((req, res) => {
    readBody(req, LIMIT).then(
      ({ body, files }) => {
        const shown = files?.map(({ content, ...file }) => ({
          ...file,
          text:
            content instanceof Uint8Array
              ? Buffer.from(content).toString()
              : `on disk: ${content.size}`,
        }));
        res.end(JSON.stringify({ body, files: shown }));
      },
      (error: unknown) => res.end(JSON.stringify({ error: toAppError(error).code })),
    );
  });
  const response = await fetch(server.url + query, { method: 'POST', ...init });
  return (await response.json()) as Answer;
}

test('reads fields and files of a multipart form', async () => {
  const body = new FormData();
  body.set('title', 'ä');
  body.set('count', '3');
  body.append('documents+', new File(['one'], 'ünö.txt', { type: 'text/plain' }));
  body.append('documents+', new File(['two'], 'b.bin'));
  expect(await read({ body })).toEqual({
    body: { title: 'ä', count: 3 },
    files: [
      { field: 'documents+', name: 'ünö.txt', contentType: 'text/plain', text: 'one' },
      { field: 'documents+', name: 'b.bin', contentType: 'application/octet-stream', text: 'two' },
    ],
  });
});

test.each([
  ['a file input that was left empty', '; filename=""', ''],
  ['bytes without a file name', '', 'abc'],
])('takes %s for a value', async (_what, name, value) => {
  const head = `--b\r\nContent-Disposition: form-data; name="a"${name}\r\n`;
  const type = 'Content-Type: application/octet-stream\r\n\r\n';
  const headers = { 'content-type': 'multipart/form-data; boundary=b' };
  expect(await read({ headers, body: `${head}${type}${value}\r\n--b--\r\n` })).toEqual({
    body: { a: value },
    files: [],
  });
});

test('reads nothing after the end of a multipart form', async () => {
  const head = 'Content-Disposition: form-data; name=';
  const form = `--b\r\n${head}"a"\r\n\r\n1\r\n--b--\r\n`;
  const after = `--b\r\n${head}"c"; filename="c"\r\n\r\nbreaks off`;
  const headers = { 'content-type': 'multipart/form-data; boundary=b' };
  expect(await read({ headers, body: form + after })).toEqual({ body: { a: 1 }, files: [] });
});

test.each([
  ['multipart/form-data; boundary=b', { a: ['of the query', 1], b: 2 }],
  ['application/x-www-form-urlencoded', { a: [1, 'of the query'], b: 2 }],
  ['application/json', { a: 1 }],
])('takes parameters of the address into %s, if it is a form', async (type, expected) => {
  const part = '--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--b--\r\n';
  const bodies: Record<string, string> = {
    'multipart/form-data; boundary=b': part,
    'application/x-www-form-urlencoded': 'a=1',
    'application/json': '{"a":1}',
  };
  const query = '?a=of+the+query&b=2&fields=a&expand=b';
  const init = { headers: { 'content-type': type }, body: bodies[type] ?? '' };
  expect((await read(init, query)).body).toEqual(expected);
  const { error } = await read(init, '?a=%zz');
  expect(error).toBe(type === 'application/json' ? undefined : 'invalid');
});

test('reads a form', async () => {
  const body = new URLSearchParams([
    ['a', '1'],
    ['b', 'x y'],
    ['a', '2'],
  ]);
  expect(await read({ body })).toEqual({ body: { a: [1, 2], b: 'x y' } });
});

test('reads JSON whatever else the content type says', async () => {
  for (const type of ['Application/JSON; charset=utf-8', 'application/json, application/json']) {
    const headers = { 'content-type': type };
    expect(await read({ headers, body: '{"a":1}' })).toEqual({ body: { a: 1 } });
  }
});

test.each([
  ['JSON', 'application/json', 'x'.repeat(LIMIT + 1), 'too_large'],
  ['a form', 'application/x-www-form-urlencoded', 'x'.repeat(LIMIT + 1), 'too_large'],
  ['multipart', 'multipart/form-data; boundary=b', 'x'.repeat(LIMIT + 1), 'too_large'],
  ['multipart without a boundary', 'multipart/form-data', 'x', 'invalid'],
  ['multipart that breaks off', 'multipart/form-data; boundary=b', '--b\r\nContent-', 'invalid'],
  ['anything else', 'text/plain', 'x', 'invalid'],
])('refuses %s of type %s', async (...row) => {
  const [, type, body, error] = row;
  expect(await read({ headers: { 'content-type': type }, body })).toEqual({ error });
});

test('refuses a multipart body that grows too large on the way', async () => {
  const part = Buffer.from('--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n');
  const body = new ReadableStream({
    start(controller) {
      controller.enqueue(part);
      for (let sent = 0; sent < 20; sent++) controller.enqueue(new Uint8Array(100).fill(0x61));
      controller.close();
    },
  });
  const headers = { 'content-type': 'multipart/form-data; boundary=b' };
  expect(await read({ headers, body, duplex: 'half' })).toEqual({
    error: 'too_large',
  });
});

test.each([
  ['a mark of the byte order', '\ufeff{"a":1}'],
  ['half a surrogate pair', '{"a":"\\ud800"}'],
  ['a number no double can hold', '{"a":1e400}'],
])('refuses JSON with %s', async (_what, body) => {
  const headers = { 'content-type': 'application/json' };
  expect(await read({ headers, body })).toEqual({ error: 'invalid' });
});

test.each(['a=%zz', '%zz=1', 'a=1;b=2'])('refuses the form %s', async (body) => {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  expect(await read({ headers, body })).toEqual({ error: 'invalid' });
});
