import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROLES } from './server.ts';
import { runScenarios, send } from './scenario.ts';
import type { Answer, Sent } from './scenario.ts';
import { startServer } from './server.ts';
import type { Role, TestServer } from './server.ts';

const projects = '/api/collections/projects/records';
const PROJECT = 'projectofuser01';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
  const answer = await send(server, {
    method: 'POST',
    path: projects,
    as: 'user',
    body: { id: PROJECT, name: 'first', description: '', user: '{user}' },
  });
  expect(answer.status).toBe(200);
});
afterAll(() => server[Symbol.asyncDispose]());

/** One request by every role. */
async function byRole(request: Omit<Sent, 'as'>): Promise<Record<Role, number>> {
  const answers: [Role, Answer][] = [];
  for (const as of ROLES) answers.push([as, await send(server, { ...request, as })]);
  return Object.fromEntries(answers.map(([as, { status }]) => [as, status])) as Record<
    Role,
    number
  >;
}

describe('a project of one user', () => {
  test('is listed for its owner and superusers only', async () => {
    const counts: Partial<Record<Role, number>> = {};
    for (const as of ROLES) {
      const { text } = await send(server, { path: projects, as });
      counts[as] = (JSON.parse(text) as { totalItems: number }).totalItems;
    }
    expect(counts).toEqual({ guest: 0, user: 1, other: 0, superuser: 1 });
  });

  test('is not there for others, whatever they try', async () => {
    const path = `${projects}/${PROJECT}`;
    const hidden = { guest: 404, other: 404 };
    expect(await byRole({ path })).toEqual({ ...hidden, user: 200, superuser: 200 });
    const change = { method: 'PATCH', path, body: { description: 'changed' } };
    expect(await byRole(change)).toEqual({ ...hidden, user: 200, superuser: 200 });
    for (const as of ['guest', 'other'] as const) {
      expect((await send(server, { method: 'DELETE', path, as })).status).toBe(404);
    }
  });

  test('cannot be created for somebody else', async () => {
    const body = { name: 'stolen', description: '', user: '{user}' };
    const create = { method: 'POST', path: projects, body };
    expect((await send(server, { ...create, as: 'guest' })).status).toBe(400);
    expect((await send(server, { ...create, as: 'other' })).status).toBe(400);
  });
});

describe('lists', () => {
  const row = { path: projects, as: 'user' as const };
  runScenarios(
    () => server,
    [
      {
        ...row,
        name: 'have their keys in order',
        status: 200,
        contains: ['{"items":[{', '}],"page":1,"perPage":30,"totalItems":1,"totalPages":1}'],
      },
      {
        name: 'are empty lists where nothing is visible',
        path: projects,
        as: 'other',
        status: 200,
        contains: ['{"items":[],"page":1,"perPage":30,"totalItems":0,"totalPages":0}'],
      },
      {
        ...row,
        name: 'leave out the count when asked',
        path: `${projects}?skipTotal=1`,
        status: 200,
        contains: ['"totalItems":-1,"totalPages":-1'],
      },
      {
        ...row,
        name: 'show only the fields asked for',
        path: `${projects}?fields=id,name`,
        status: 200,
        contains: [`"items":[{"id":"${PROJECT}","name":"first"}]`],
      },
      {
        ...row,
        name: 'refuse a filter that cannot be read',
        path: `${projects}?filter=name%3D`,
        status: 400,
      },
      {
        ...row,
        name: 'keep @collection filters for superusers',
        path: `${projects}?filter=@collection.users.id%21%3D%27%27`,
        status: 403,
        contains: ['Only superusers can filter by @collection.'],
      },
      {
        name: 'need a collection',
        path: '/api/collections/none/records',
        as: 'superuser',
        status: 404,
      },
      {
        name: 'of superusers are for superusers',
        path: '/api/collections/_superusers/records',
        as: 'user',
        status: 403,
        contains: ['Only superusers can perform this action.'],
      },
    ],
  );
});

describe('writes', () => {
  const row = { method: 'POST', path: projects, as: 'user' as const };
  runScenarios(
    () => server,
    [
      {
        ...row,
        name: 'name every field that is wrong',
        body: { user: '{user}' },
        status: 400,
        contains: [
          '"name":{"code":"validation_required","message":"Cannot be blank."}',
          '"message":"Failed to create record."',
          '"status":400',
        ],
      },
      {
        ...row,
        name: 'need a collection',
        path: '/api/collections/none/records',
        body: '{',
        status: 404,
      },
      {
        ...row,
        name: 'refuse a body that cannot be read',
        body: '{"name":"a","name":"b"}',
        status: 400,
        contains: ['"message":"Something went wrong while processing your request."'],
      },
    ],
  );

  test('take a multipart form, with its JSON part', async () => {
    const form = new FormData();
    form.set('name', '123');
    form.set('@jsonPayload', JSON.stringify({ description: '456', user: server.ids.user }));
    const { status, text } = await send(server, { ...row, body: form });
    expect(status).toBe(200);
    const record = JSON.parse(text) as { id: string; name: string };
    expect(record).toMatchObject({ name: '123', description: '456' });
    const gone = await send(server, {
      method: 'DELETE',
      path: `${projects}/${record.id}`,
      as: 'user',
    });
    expect([gone.status, gone.text]).toEqual([204, '']);
    expect((await send(server, { path: `${projects}/${record.id}`, as: 'user' })).status).toBe(404);
  });
});
