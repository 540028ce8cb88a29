import { readdir } from 'node:fs/promises';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runScenarios, send } from './scenario.ts';
import { startServer } from './server.ts';
import type { TestServer } from './server.ts';

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

let server: TestServer;
let path: string;
beforeAll(async () => {
  server = await startServer();
  const form = new FormData();
  form.set('avatar', new File([PNG], 'My face.png', { type: 'image/png' }));
  const { status, text } = await send(server, {
    method: 'PATCH',
    path: '/api/collections/users/records/{user}',
    as: 'user',
    body: form,
  });
  expect(`${status} ${text}`).toMatch(/^200 /);
  const { avatar } = JSON.parse(text) as { avatar: string };
  path = `/api/files/users/${server.ids.user}/${avatar}`;
});
afterAll(() => server[Symbol.asyncDispose]());

test('an uploaded file comes back as it was, with its type and a name of its own', async () => {
  const response = await fetch(server.url + path);
  expect(response.status).toBe(200);
  expect(path).toMatch(/my_face_\w{10}\.png$/);
  expect(Buffer.from(await response.arrayBuffer()).equals(PNG)).toBe(true);
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'cache-control': 'max-age=2592000, stale-while-revalidate=86400',
    'content-disposition': `inline; filename="${path.split('/').at(-1)}"`,
    'content-security-policy':
      "default-src 'none'; media-src 'self'; style-src 'unsafe-inline'; sandbox",
    'content-type': 'image/png',
  });
  expect(response.headers.has('x-frame-options')).toBe(false);
});

test('the files of a collection go with it when an import leaves it out', async () => {
  await using own = await startServer();
  const form = new FormData();
  form.set('avatar', new File([PNG], 'face.png'));
  const path = '/api/collections/users/records/{user}';
  await send(own, { method: 'PATCH', path, as: 'user', body: form });
  const faces = async (): Promise<string[]> =>
    (await readdir(own.dir, { recursive: true })).filter((name) => name.includes('face_'));
  expect(await faces()).toContainEqual(expect.stringMatching(/face_\w{10}\.png$/));
  const { status } = await send(own, {
    method: 'PUT',
    path: '/api/collections/import',
    as: 'superuser',
    body: { collections: [{ name: 'kept' }], deleteMissing: true },
  });
  expect(status).toBe(204);
  expect(await faces()).toEqual([]);
});

test('a part of a file can be asked for', async () => {
  const response = await fetch(server.url + path, { headers: { range: 'bytes=1-3' } });
  expect(response.status).toBe(206);
  expect(response.headers.get('content-range')).toBe(`bytes 1-3/${PNG.length}`);
  expect(await response.text()).toBe('PNG');
});

test('a part behind the end cannot', async () => {
  const { status } = await send(server, { path, headers: { range: 'bytes=99999-' } });
  expect(status).toBe(416);
});

test('a file that the client has is not sent again', async () => {
  const { headers } = await request(server.url + path);
  const since = String(headers['last-modified']);
  // fetch would add no-cache to a conditional request
  const answer = await request(server.url + path, { headers: { 'if-modified-since': since } });
  expect([answer.statusCode, await answer.body.text()]).toEqual([304, '']);
});

test('a file that has changed is not sent to who wants the old one', async () => {
  const headers = { 'if-unmodified-since': 'Sat, 01 Jan 2000 00:00:00 GMT' };
  const answer = await request(server.url + path, { headers });
  expect([answer.statusCode, await answer.body.text()]).toEqual([412, '']);
});

test('a thumbnail is a picture of its own; sizes nobody offers mean the whole one', async () => {
  const small = await send(server, { path: `${path}?thumb=100x100` });
  expect(small.headers.get('content-disposition')).toContain('filename="100x100_my_face_');
  expect(small.headers.get('content-type')).toBe('image/png');
  const whole = await send(server, { path: `${path}?thumb=1x1` });
  expect(whole.headers.get('content-length')).toBe(String(PNG.length));
});

test('files of a record go with it, and those of a view are those behind it', async () => {
  const { records } = server.server;
  await records.collections.create({
    name: 'faces',
    type: 'view',
    viewRule: '',
    viewQuery: 'SELECT id, avatar AS face FROM users',
  });
  const ofView = path.replace('/users/', '/faces/');
  expect((await send(server, { path: ofView })).headers.get('content-type')).toBe('image/png');
  expect((await send(server, { path: `${ofView}?thumb=100x100` })).status).toBe(200);
  await records.collections.delete('faces');
  expect((await send(server, { path: ofView })).status).toBe(404);
});

test('?download makes it an attachment', async () => {
  const { headers } = await send(server, { path: `${path}?download=1` });
  expect(headers.get('content-disposition')).toMatch(/^attachment; /);
});

describe('nothing is found', () => {
  runScenarios(
    () => server,
    [
      { name: 'in an unknown collection', path: '/api/files/none/{user}/a.png', status: 404 },
      { name: 'of an unknown record', path: '/api/files/users/none/a.png', status: 404 },
      { name: 'that no field refers to', path: '/api/files/users/{user}/a.png', status: 404 },
      {
        name: 'outside the storage',
        path: '/api/files/users/{user}/..%2f..%2f..%2fdata.db',
        status: 404,
      },
    ],
  );
});

describe('file tokens', () => {
  const row = { method: 'POST', path: '/api/files/token' };
  runScenarios(
    () => server,
    [
      { ...row, name: 'are not for guests', as: 'guest', status: 401 },
      {
        ...row,
        name: 'are for whoever is signed in',
        as: 'user',
        status: 200,
        contains: ['token'],
      },
    ],
  );
});
