import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { askRaw } from './ask-raw.ts';
import type { Answer } from './ask-raw.ts';
import { runScenarios, send } from './scenario.ts';
import { startServer } from './server.ts';
import type { TestServer } from './server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const NOT_FOUND = [`"data":{},"message":"The requested resource wasn't found.","status":404`];
const NO_FILE = ['"data":{},"message":"File not found.","status":404'];

describe('health', () => {
  runScenarios(
    () => server,
    [
      {
        name: 'tells a guest that it is there',
        path: '/api/health',
        status: 200,
        contains: ['{"message":"API is healthy.","code":200,"data":{}}'],
      },
      {
        name: 'tells a user no more',
        path: '/api/health',
        as: 'user',
        status: 200,
        contains: ['"data":{}'],
      },
      {
        name: 'tells a superuser how the request arrived',
        path: '/api/health',
        as: 'superuser',
        headers: { 'x-forwarded-for': '1.2.3.4', 'x-real-ip': '1.2.3.4' },
        status: 200,
        contains: ['"realIP":"127.0.0.1"', '"possibleProxyHeader":"X-Forwarded-For"'],
      },
      {
        name: 'knows no proxy by a header that is its own until it is trusted',
        path: '/api/health',
        as: 'superuser',
        headers: { 'x-real-ip': '2001:db8::1' },
        status: 200,
        contains: ['"realIP":"127.0.0.1"', '"possibleProxyHeader":""'],
      },
      {
        name: '… and trusts it',
        path: '/api/settings',
        method: 'PATCH',
        as: 'superuser',
        body: { trustedProxy: { headers: ['X-Real-IP'] } },
        status: 200,
      },
      {
        name: '… and knows it',
        path: '/api/health',
        as: 'superuser',
        headers: { 'x-forwarded-for': '1.2.3.4', 'x-real-ip': '2001:db8::1' },
        status: 200,
        contains: [
          '"realIP":"2001:0db8:0000:0000:0000:0000:0000:0001"',
          '"possibleProxyHeader":"X-Real-IP"',
        ],
      },
      {
        name: '… no longer',
        path: '/api/settings',
        method: 'PATCH',
        as: 'superuser',
        body: { trustedProxy: { headers: [] } },
        status: 200,
      },
    ],
  );
});

describe('paths that are not there', () => {
  runScenarios(
    () => server,
    [
      { name: 'an unknown path', path: '/api/nothing', status: 404, contains: NO_FILE },
      {
        name: 'an unknown path that something is sent to',
        method: 'POST',
        path: '/api/nothing',
        status: 404,
        contains: NOT_FOUND,
      },
      {
        name: 'a known path with another method',
        method: 'DELETE',
        path: '/api/health',
        status: 404,
        contains: NOT_FOUND,
      },
      { name: 'a trailing slash', path: '/api/health/', status: 404, contains: NO_FILE },
      { name: 'another case', path: '/API/health', status: 404, contains: NO_FILE },
      { name: 'a path that cannot be decoded', path: '/api/collections/%zz', status: 400 },
    ],
  );
});

test.each([
  ['GET', '//api/health', '/api/health'],
  ['POST', '/api//health?a=1&b=%20', '/api/health?a=1&b=%20'],
  ['GET', '//\\evil.example', '/%5Cevil.example'],
])('%s %s leads to the path that is meant', async (method, path, location) => {
  const { status, headers } = await askRaw(server, path, { method });
  expect([status, headers.location]).toEqual([307, location]);
});

describe('every response', () => {
  test('carries the security headers, a request id and no trace of its maker', async () => {
    const { headers } = await send(server, { path: '/api/health' });
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-type': 'application/json',
      vary: 'Origin',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'SAMEORIGIN',
      'x-request-id': expect.stringMatching(/^[\w-]{8,}$/) as string,
      'x-xss-protection': '1; mode=block',
    });
    expect(headers.has('etag')).toBe(false);
    expect(headers.has('x-powered-by')).toBe(false);
  });

  test('names the request in headers and errors alike', async () => {
    const { headers, text } = await send(server, {
      path: '/api/nothing',
      headers: { 'x-request-id': 'my-request-1' },
    });
    expect(headers.get('x-request-id')).toBe('my-request-1');
    expect(JSON.parse(text)).toMatchObject({ code: 'not_found', requestId: 'my-request-1' });
  });

  test('may be read by any site', async () => {
    const { headers } = await send(server, {
      path: '/api/health',
      headers: { origin: 'https://a.example' },
    });
    expect(headers.get('access-control-allow-origin')).toBe('*');
    expect(headers.has('access-control-allow-credentials')).toBe(false);
  });

  test('answers HEAD as GET, without the body', async () => {
    const { status, headers, text } = await send(server, { method: 'HEAD', path: '/api/health' });
    expect([status, headers.get('content-length'), text]).toEqual([200, '50', '']);
  });

  test.each(['/api/health', '/api/nothing', '/_/', '/'])(
    'answers a preflight for %s with 204',
    async (path) => {
      const { status, headers } = await send(server, {
        method: 'OPTIONS',
        path,
        headers: {
          origin: 'https://a.example',
          'access-control-request-method': 'PATCH',
          'access-control-request-headers': 'authorization,x-token',
        },
      });
      expect(status).toBe(204);
      expect(headers.get('access-control-allow-methods')).toBe('GET,HEAD,PUT,PATCH,POST,DELETE');
      expect(headers.get('access-control-allow-headers')).toBe('authorization,x-token');
      expect(headers.get('vary')).toBe(
        'Origin, Access-Control-Request-Method, Access-Control-Request-Headers',
      );
    },
  );
});

describe('bodies', () => {
  const path = '/api/collections/users/auth-with-password';
  const json = (name: string, body: unknown) => ({ name, method: 'POST', path, body });
  const LOADING = ['An error occurred while loading the submitted data.'];
  runScenarios(() => server, [
    { ...json('a malformed one', '{"identity":'), status: 400, contains: LOADING },
    { ...json('a list', '[]'), status: 400, contains: LOADING },
    { ...json('a key twice', '{"identity":"a","identity":"b"}'), status: 400, contains: LOADING },
    {
      ...json('text that is not UTF-8', new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])),
      status: 400,
      contains: LOADING,
    },
    {
      ...json('nesting without end', `{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}`),
      status: 400,
      contains: LOADING,
    },
    {
      ...json('a type that cannot be read', 'a,b'),
      headers: { 'content-type': 'text/csv' },
      status: 400,
      contains: ['Unsupported Content-Type.'],
    },
    {
      ...json('XML', '<a/>'),
      headers: { 'content-type': 'application/xml' },
      status: 400,
      contains: LOADING,
    },
    {
      ...json('none at all', undefined),
      status: 400,
      contains: ['"identity":{"code":"validation_required"'],
    },
    {
      ...json('null', 'null'),
      status: 400,
      contains: ['"identity":{"code":"validation_required"'],
    },
    {
      ...json('more than 32 MiB', 'x'.repeat(32 * 1024 * 1024 + 1)),
      status: 413,
      contains: ['Request entity too large.'],
    },
  ] as Parameters<typeof runScenarios>[1]);

  test.each(['GET', 'DELETE'])('those of %s are seen by rules', async (method) => {
    const { records } = server.server;
    const rule = '@request.body.word = "please"';
    const [name, field] = [`polite${method}`, { name: 'a', type: 'text' }];
    const rules = { viewRule: rule, deleteRule: rule };
    await records.collections.create({ name, type: 'base', fields: [field], ...rules });
    const { id } = await records.save(name, { a: 'x' });
    const ask = (body: string): Promise<Answer> =>
      askRaw(server, `/api/collections/${name}/records/${id}`, {
        ...{ method, body, headers: { 'content-type': 'application/json' } },
      });
    expect((await ask('{"word":"now"}')).status).toBe(404);
    expect((await ask('{')).status).toBe(400);
    expect((await ask('{"word":"please"}')).status).toBe(method === 'GET' ? 200 : 204);
  });

  test('more than 32 MiB without a length is refused while it arrives', async () => {
    const chunk = new Uint8Array(1024 * 1024).fill(0x20);
    let sent = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (++sent > 40) controller.close();
        else controller.enqueue(chunk);
      },
    });
    const response = await fetch(server.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      duplex: 'half',
    } as RequestInit);
    expect(response.status).toBe(413);
    await response.text();
  });
});
