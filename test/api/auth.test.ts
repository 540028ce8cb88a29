import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runScenarios, send } from './scenario.ts';
import { PASSWORD, startServer } from './server.ts';
import type { TestServer } from './server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const users = '/api/collections/users';

describe('sign-in', () => {
  runScenarios(
    () => server,
    [
      {
        name: 'lists what a collection offers',
        path: `${users}/auth-methods`,
        status: 200,
        contains: ['"password":{', '"mfa":{"enabled":false', '"otp":{"enabled":false'],
      },
      {
        name: 'is not there for other collections',
        path: '/api/collections/projects/auth-methods',
        status: 404,
        contains: ['Missing or invalid auth collection context.'],
      },
      {
        name: 'takes e-mail and password',
        method: 'POST',
        path: `${users}/auth-with-password`,
        body: { identity: 'user@example.com', password: PASSWORD },
        status: 200,
        contains: ['"token":"', '"record":{', '"id":"{user}"', '"email":"user@example.com"'],
        lacks: ['"tokenKey"', 'argon2'],
      },
      {
        name: 'takes a form too',
        method: 'POST',
        path: `${users}/auth-with-password`,
        body: new URLSearchParams({ identity: 'user@example.com', password: PASSWORD }),
        status: 200,
        contains: ['"id":"{user}"'],
      },
      {
        name: 'refuses a wrong password',
        method: 'POST',
        path: `${users}/auth-with-password`,
        body: { identity: 'user@example.com', password: 'wrong' },
        status: 400,
        contains: ['"data":{},"message":"Failed to authenticate.","status":400'],
      },
      {
        name: 'refuses a name that nobody has in the same words',
        method: 'POST',
        path: `${users}/auth-with-password`,
        body: { identity: 'nobody@example.com', password: PASSWORD },
        status: 400,
        contains: ['"data":{},"message":"Failed to authenticate.","status":400'],
      },
      {
        name: 'says which members are missing',
        method: 'POST',
        path: `${users}/auth-with-password`,
        body: { identity: 'a' },
        status: 400,
        contains: ['"password":{"code":"validation_required","message":"Cannot be blank."}'],
      },
    ],
  );
});

describe('refresh', () => {
  const row = { method: 'POST', path: `${users}/auth-refresh` };
  runScenarios(
    () => server,
    [
      { ...row, name: 'refuses a guest', as: 'guest', status: 401 },
      { ...row, name: 'gives a user a token', as: 'user', status: 200, contains: ['"token":"'] },
      { ...row, name: 'refuses a record of another collection', as: 'superuser', status: 403 },
    ],
  );

  test('takes the token with Bearer in front, in any case', async () => {
    const { status } = await send(server, {
      ...row,
      headers: { authorization: `bEARER ${server.tokens.user}` },
    });
    expect(status).toBe(200);
  });

  test('treats a token that is not valid as none', async () => {
    const { status, text } = await send(server, {
      ...row,
      headers: { authorization: `${server.tokens.user}x` },
    });
    expect(status).toBe(401);
    expect(text).toContain('The request requires valid record authorization token.');
  });
});

describe('impersonation', () => {
  const row = { method: 'POST', path: `${users}/impersonate/{user}`, body: { duration: 60 } };
  runScenarios(
    () => server,
    [
      { ...row, name: 'refuses a guest', as: 'guest', status: 401 },
      { ...row, name: 'refuses the user', as: 'user', status: 403 },
      { ...row, name: 'refuses another user', as: 'other', status: 403 },
      {
        ...row,
        name: 'lets a superuser be somebody else',
        as: 'superuser',
        status: 200,
        contains: ['"id":"{user}"'],
      },
      {
        ...row,
        name: 'needs somebody to be',
        path: `${users}/impersonate/nobody`,
        as: 'superuser',
        status: 404,
      },
    ],
  );
});

describe('collections', () => {
  const row = { path: '/api/collections' };
  runScenarios(
    () => server,
    [
      { ...row, name: 'are hidden from a guest', as: 'guest', status: 401 },
      { ...row, name: 'are hidden from a user', as: 'user', status: 403 },
      {
        ...row,
        name: 'are listed for a superuser, without secrets',
        as: 'superuser',
        status: 200,
        contains: ['{"items":[{', '"page":1,"perPage":30', '"name":"users"', '"authToken":{'],
        lacks: ['"secret"'],
      },
      {
        name: 'can be paged and sorted',
        path: '/api/collections?perPage=1&page=2&sort=-name&skipTotal=1',
        as: 'superuser',
        status: 200,
        contains: ['"page":2,"perPage":1,"totalItems":-1,"totalPages":-1'],
      },
      {
        name: 'are found by name in any case',
        path: '/api/collections/USERS',
        as: 'superuser',
        status: 200,
        contains: ['"id":"_pb_users_auth_"'],
        lacks: ['"secret"'],
      },
      { name: 'must exist', path: '/api/collections/none', as: 'superuser', status: 404 },
    ],
  );
});
