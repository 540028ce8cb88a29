import { EventSource } from 'eventsource';
import PocketBase from 'pocketbase';
import type { RecordModel, RecordSubscription } from 'pocketbase';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { PASSWORD, startServer } from './server.ts';
import type { TestServer } from './server.ts';

let server: TestServer;
let client: PocketBase;
beforeAll(async () => {
  vi.stubGlobal('EventSource', EventSource);
  server = await startServer();
  client = new PocketBase(server.url);
  client.autoCancellation(false);
  await client.collection('users').authWithPassword('user@example.com', PASSWORD);
});
afterAll(async () => {
  await client.realtime.unsubscribe();
  await server[Symbol.asyncDispose]();
  vi.unstubAllGlobals();
});

const newProject = (name: string): object => ({
  name,
  description: '',
  user: client.authStore.record?.id,
});

test('the PocketBase SDK signs in and stays signed in', async () => {
  expect(client.authStore.isValid).toBe(true);
  expect(client.authStore.record?.email).toBe('user@example.com');
  const { token, record } = await client.collection('users').authRefresh();
  expect(token).not.toBe('');
  expect(record.id).toBe(server.ids.user);
});

test('the PocketBase SDK creates, reads, changes and deletes records', async () => {
  const projects = client.collection('projects');
  const created = await projects.create(newProject('sdk'));
  expect(await projects.getOne(created.id)).toMatchObject({ name: 'sdk' });
  const updated = await projects.update(created.id, { description: 'changed' });
  expect(updated.description).toBe('changed');
  expect(await projects.getFirstListItem(client.filter('name = {:name}', { name: 'sdk' }))).toEqual(
    updated,
  );
  expect(await projects.getFullList()).toHaveLength(1);
  expect(await projects.delete(created.id)).toBe(true);
  await expect(projects.getOne(created.id)).rejects.toMatchObject({
    status: 404,
    response: { status: 404, data: {} },
  });
});

test('the PocketBase SDK shows field errors', async () => {
  const creating = client.collection('projects').create({ user: server.ids.user });
  await expect(creating).rejects.toMatchObject({
    status: 400,
    response: { data: { name: { code: 'validation_required' } } },
  });
});

test('the PocketBase SDK hears of changes it may see, and of no others', async () => {
  const heard: RecordSubscription<RecordModel>[] = [];
  const projects = client.collection('projects');
  await projects.subscribe('*', (event) => void heard.push(event));
  const stranger = new PocketBase(server.url);
  await stranger.collection('users').authWithPassword('other@example.com', PASSWORD);
  await stranger
    .collection('projects')
    .create({ name: 'hidden', description: '', user: server.ids.other });
  const created = await projects.create(newProject('seen'));
  await projects.update(created.id, { description: 'changed' });
  await projects.delete(created.id);
  await vi.waitFor(() => expect(heard).toHaveLength(3), 5000);
  expect(heard.map(({ action, record }) => [action, String(record.name)])).toEqual([
    ['create', 'seen'],
    ['update', 'seen'],
    ['delete', 'seen'],
  ]);
  await projects.unsubscribe();
});

test('the PocketBase SDK lists collections for a superuser', async () => {
  const root = new PocketBase(server.url);
  await root.collection('_superusers').authWithPassword('root@example.com', PASSWORD);
  const names = (await root.collections.getFullList()).map(({ name }) => String(name));
  expect(names).toEqual(expect.arrayContaining(['users', 'projects', 'deployments', 'rollouts']));
});
