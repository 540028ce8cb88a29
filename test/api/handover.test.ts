import type { JsonObject } from '@davit/domain';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { send } from './scenario.ts';
import type { Sent } from './scenario.ts';
import { startServer } from './server.ts';
import type { TestServer } from './server.ts';

let server: TestServer;
beforeEach(async () => {
  server = await startServer();
});
afterEach(() => server[Symbol.asyncDispose]());

const at = (collection: string, id = ''): string =>
  `/api/collections/${collection}/records${id === '' ? '' : `/${id}`}`;

async function api(request: Sent): Promise<{ status: number; body: JsonObject }> {
  const method = request.method ?? (request.body === undefined ? 'GET' : 'POST');
  const { status, text } = await send(server, { ...request, method });
  return { status, body: text === '' ? {} : (JSON.parse(text) as JsonObject) };
}

async function made(collection: string, body: object, as: 'user' | 'superuser'): Promise<string> {
  const answer = await api({ path: at(collection), as, body });
  expect(`${answer.status} ${JSON.stringify(answer.body)}`).toMatch(/^200 /);
  return answer.body.id as string;
}

test('a project that is handed over takes along all that is in it', async () => {
  const user = '{user}';
  const project = await made('projects', { name: 'moving', user }, 'user');
  const deployment = await made('deployments', { name: 'web', project, user }, 'user');
  const manifest = {
    apiVersion: 'one-click.dev/v1alpha1',
    kind: 'Rollout',
    spec: { image: { registry: 'docker.io', repository: 'nginx', tag: '1' } },
  };
  const rollout = await made('rollouts', { project, deployment, user, manifest }, 'user');
  const update = { interval: '1h', project, deployment, user };
  const autoUpdate = await made('autoUpdates', update, 'user');
  const inside = {
    projects: project,
    deployments: deployment,
    rollouts: rollout,
    autoUpdates: autoUpdate,
  };

  const handed = { path: at('projects', project), method: 'PATCH', body: { user: '{other}' } };
  expect((await api({ ...handed, as: 'superuser' })).status).toBe(200);
  for (const [collection, id] of Object.entries(inside)) {
    const path = at(collection, id);
    expect([collection, (await api({ path, as: 'user' })).status]).toEqual([collection, 404]);
    expect([collection, (await api({ path, as: 'other' })).status]).toEqual([collection, 200]);
    const list = await api({ path: at(collection), as: 'user' });
    expect(list.body.totalItems).toBe(0);
  }
  const stop = { path: at('rollouts', rollout), method: 'PATCH', body: { endDate: 'now' } };
  expect((await api({ ...stop, as: 'user' })).status).toBe(404);
});

test('what a superuser makes in a project belongs to its owner', async () => {
  const project = await made('projects', { name: 'theirs', user: '{user}' }, 'user');
  const body = { name: 'web', project, user: '{other}' };
  const deployment = await made('deployments', body, 'superuser');
  expect((await api({ path: at('deployments', deployment), as: 'user' })).status).toBe(200);
  expect((await api({ path: at('deployments', deployment), as: 'other' })).status).toBe(404);
});
