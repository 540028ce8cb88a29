import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import PocketBase from 'pocketbase';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runScenarios, send } from './scenario.ts';
import { PASSWORD, startServer } from './server.ts';
import type { TestServer } from './server.ts';

let server: TestServer;
let client: PocketBase;
beforeAll(async () => {
  server = await startServer();
  client = new PocketBase(server.url);
  client.autoCancellation(false);
  await client.collection('users').authWithPassword('user@example.com', PASSWORD);
});
afterAll(() => server[Symbol.asyncDispose]());

const project = (name: string): object => ({ name, description: '', user: server.ids.user });

/** There is no settings API yet: they are a row like any other. */
async function setBatch(batch: object): Promise<void> {
  const value = JSON.stringify({ batch: { enabled: true, maxRequests: 5, timeout: 5, ...batch } });
  const query = `INSERT OR REPLACE INTO _params (id, value) VALUES ('settings', '${value}')`;
  const { status, text } = await send(server, {
    method: 'POST',
    path: '/api/sql',
    as: 'superuser',
    body: { query },
  });
  expect(`${status} ${text}`).toMatch(/^200 /);
}

test('is off until a superuser turns it on', async () => {
  const batch = { method: 'POST', path: '/api/batch', body: { requests: [] }, as: 'user' } as const;
  expect(await send(server, batch)).toMatchObject({
    status: 403,
    text: expect.stringContaining('Batch requests are not allowed.') as string,
  });
  await setBatch({});
  expect(await send(server, batch)).toMatchObject({ status: 400 });
});

describe('a batch', () => {
  beforeAll(() => setBatch({}));

  test('of the SDK creates, updates, puts and deletes, with files', async () => {
    const first = await client.collection('projects').create(project('to be changed'));
    const second = await client.collection('projects').create(project('to be deleted'));
    const batch = client.createBatch();
    batch.collection('projects').create(project('created'));
    batch.collection('projects').update(first.id, { name: 'changed' }, { fields: 'id,name' });
    batch.collection('projects').delete(second.id);
    batch.collection('projects').upsert({ id: first.id, description: 'put' });
    const avatar = new File(['not really a face'], 'face.png', { type: 'image/png' });
    batch.collection('users').update(server.ids.user, { name: 'With a face', avatar });
    const result = batch.send();
    await expect(result).rejects.toMatchObject({ status: 400 }); // no image after all
    expect(await client.collection('projects').getOne(second.id)).toMatchObject({ id: second.id });

    const again = client.createBatch();
    again.collection('projects').update(first.id, { name: 'changed' }, { fields: 'id,name' });
    again.collection('projects').delete(second.id);
    again.collection('projects').upsert({ id: first.id, description: 'put' });
    again.collection('users').update(server.ids.user, { avatar: new File([PNG], 'face.png') });
    const answers = await again.send();
    expect(answers.map(({ status }) => status)).toEqual([200, 204, 200, 200]);
    expect(answers[0]?.body).toEqual({ id: first.id, name: 'changed' });
    expect(answers[1]?.body).toBeNull();
    expect(answers[2]?.body).toMatchObject({ name: 'changed', description: 'put' });
    const stored = String((answers[3]?.body as { avatar: string }).avatar);
    const file = await fetch(`${server.url}/api/files/users/${server.ids.user}/${stored}`);
    expect(file.status).toBe(200);
  });

  test('that fails leaves no file and tells nobody', async () => {
    const before = await files();
    const told: string[] = [];
    const id = server.server.records.hooks.onRecordAfterUpdateSuccess(async (event) => {
      told.push(event.record.id);
      await event.next();
    });
    const batch = client.createBatch();
    batch.collection('users').update(server.ids.user, { avatar: new File([PNG], 'second.png') });
    batch.collection('projects').create({ user: server.ids.user });
    await expect(batch.send()).rejects.toMatchObject({
      response: {
        data: {
          requests: { '1': { response: { data: { name: { code: 'validation_required' } } } } },
        },
      },
    });
    expect(await files()).toEqual(before);
    expect(told).toEqual([]);
    server.server.records.hooks.off(id);
  });

  test('tells of its changes when all of them are there', async () => {
    const seen: number[] = [];
    const { records } = server.server;
    const id = records.hooks.onRecordAfterCreateSuccess(async (event) => {
      const found = await records.find('projects', { filter: 'name ~ "together"' });
      seen.push(found.length);
      await event.next();
    });
    const batch = client.createBatch();
    for (const name of ['together 1', 'together 2', 'together 3']) {
      batch.collection('projects').create(project(name));
    }
    await batch.send();
    expect(seen).toEqual([3, 3, 3]);
    records.hooks.off(id);
  });

  test('can hold a project, its deployment and its first rollout', async () => {
    const spec = {
      image: { registry: 'docker.io', repository: 'nginx', tag: '1' },
      horizontalScale: { minReplicas: 1, maxReplicas: 1, targetCPUUtilizationPercentage: 80 },
      resources: {
        requests: { cpu: '100m', memory: '64Mi' },
        limits: { cpu: '200m', memory: '128Mi' },
      },
    };
    const own = { user: server.ids.user, project: 'batchedproject1' };
    const batch = client.createBatch();
    batch.collection('projects').create({ ...project('whole'), id: own.project });
    batch.collection('deployments').create({ ...own, id: 'batcheddeploym1', name: 'web' });
    const manifest = { apiVersion: 'one-click.dev/v1alpha1', kind: 'Rollout', spec };
    batch.collection('rollouts').create({ ...own, deployment: 'batcheddeploym1', manifest });
    const answers = await batch.send();
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  });

  test('that takes too long is undone, and others go on', async () => {
    await setBatch({ timeout: 0.2 });
    const { hooks } = server.server.records;
    const id = hooks.onRecordCreateRequest(
      () => new Promise(() => undefined), // goes on never
      { tags: ['projects'] },
    );
    const batch = client.createBatch();
    batch.collection('projects').create(project('late'));
    await expect(batch.send()).rejects.toMatchObject({
      status: 400,
      response: { message: 'Batch transaction failed.', data: {} },
    });
    hooks.off(id);
    await setBatch({});
    expect(await client.collection('projects').create(project('after'))).toBeTruthy();
    expect(await client.collection('projects').getFullList({ filter: 'name = "late"' })).toEqual(
      [],
    );
  });
});

describe('refuses', () => {
  const row = { method: 'POST', path: '/api/batch', as: 'user', status: 400 } as const;
  runScenarios(
    () => server,
    [
      {
        ...row,
        name: 'more requests than allowed',
        body: { requests: Array.from({ length: 6 }, () => ({ method: 'POST', url: '/x' })) },
        contains: ['"requests":{"code":"validation_length_too_long"'],
      },
      {
        ...row,
        name: 'methods that are none, by place',
        body: { requests: [{ method: 'FOO', url: '/x' }] },
        contains: ['"0":{"method":{"code":"validation_in_invalid"'],
      },
      {
        ...row,
        name: 'other paths',
        body: { requests: [{ method: 'POST', url: '/api/collections/users/auth-refresh' }] },
        contains: ['"0":{"code":"batch_request_failed"', '"status":400}'],
      },
      {
        ...row,
        name: 'an item whose query cannot be read, by place',
        body: { requests: [{ method: 'POST', url: '/api/collections/projects/records?a=%zz' }] },
        contains: ['"0":{"code":"batch_request_failed"'],
      },
      {
        ...row,
        name: 'what is no list',
        body: { requests: 'x' },
        contains: ['Failed to read the submitted batch data.'],
      },
      {
        ...row,
        name: 'to take an authorization from an item',
        body: {
          requests: [
            {
              method: 'POST',
              url: '/api/collections/_superusers/records',
              headers: { Authorization: '{superuser}' },
              body: {},
            },
          ],
        },
        contains: ['"status":403'],
      },
    ],
  );
});

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

/** Everything in the storage folder. */
async function files(): Promise<string[]> {
  const names = await readdir(join(server.dir, 'storage'), { recursive: true });
  return names.sort();
}
