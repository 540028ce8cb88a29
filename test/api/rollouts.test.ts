import { afterAll, beforeAll, expect, test } from 'vitest';
import { send } from './scenario.ts';
import type { Sent } from './scenario.ts';
import { startServer } from './server.ts';
import type { TestServer } from './server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server[Symbol.asyncDispose]());

type Json = Record<string, unknown> & { id: string };

/** Answers the body of a 2xx, and throws anything else. */
async function ok(request: Sent): Promise<Json> {
  const { status, text } = await send(server, { as: 'user', ...request });
  if (status >= 300) throw new Error(`${status} ${text}`);
  return (text === '' ? {} : JSON.parse(text)) as Json;
}

const records = (collection: string): string => `/api/collections/${collection}/records`;
const create = (collection: string, body: object): Promise<Json> =>
  ok({ method: 'POST', path: records(collection), body: { user: '{user}', ...body } });
const patch = (collection: string, id: string, body: object): Promise<Json> =>
  ok({ method: 'PATCH', path: `${records(collection)}/${id}`, body });
const view = (collection: string, id: string): Promise<Json> =>
  ok({ path: `${records(collection)}/${id}` });

const manifest = (tag: string, extra: object = {}): object => ({
  apiVersion: 'one-click.dev/v1alpha1',
  kind: 'Rollout',
  spec: {
    image: { registry: 'davit.test', repository: 'web', tag },
    interfaces: [{ name: 'http', port: 8080 }],
    ...extra,
  },
});

interface App {
  project: string;
  deployment: string;
  roll(tag: string, extra?: object): Promise<Json>;
}

async function anApp(): Promise<App> {
  const project = await create('projects', { name: 'shop' });
  const deployment = await create('deployments', { name: 'Web', project: project.id });
  const refs = { project: project.id, deployment: deployment.id };
  return {
    ...refs,
    roll: (tag, extra) => create('rollouts', { ...refs, manifest: manifest(tag, extra) }),
  };
}

async function running(app: App): Promise<string[]> {
  const filter = encodeURIComponent(`deployment = "${app.deployment}" && endDate = ""`);
  const page = await ok({ path: `${records('rollouts')}?filter=${filter}` });
  return (page.items as Json[]).map(({ id }) => id);
}

test('ends the running rollout when a new one is created', async () => {
  const app = await anApp();
  const first = await app.roll('1');
  expect(first).toMatchObject({ endDate: '', cause: '' });
  expect(first.startDate).not.toBe('');
  const second = await app.roll('2');
  expect(await running(app)).toEqual([second.id]);
  expect((await view('rollouts', first.id)).endDate).not.toBe('');
});

test('keeps exactly one running when several are created at once', async () => {
  const app = await anApp();
  await Promise.all(['1', '2', '3', '4', '5', '6'].map((tag) => app.roll(tag)));
  expect(await running(app)).toHaveLength(1);
});

test('refuses an end date on create, in the words of One-Click', async () => {
  const { project, deployment } = await anApp();
  const body = {
    user: '{user}',
    project,
    deployment,
    manifest: manifest('1'),
    endDate: '2030-01-01',
  };
  const answer = await send(server, {
    method: 'POST',
    path: records('rollouts'),
    as: 'user',
    body,
  });
  expect(answer.status).toBe(400);
  expect(JSON.parse(answer.text)).toMatchObject({ message: 'EndDate is not allowed on create.' });
});

test('never shows a secret again, and keeps it where the mask comes back', async () => {
  const app = await anApp();
  const secrets = [{ name: 'API_KEY', value: 'hush-hush' }];
  const image = { registry: 'r.io', repository: 'a', tag: '1', username: 'u', password: 'hush-pw' };
  const first = await app.roll('1', { secrets, image });
  expect(JSON.stringify(first)).not.toContain('hush');
  expect(first.manifest).toMatchObject({
    spec: { secrets: [{ name: 'API_KEY', value: '••••' }], image: { password: '••••' } },
  });
  const masked = (first.manifest as { spec: object }).spec;
  await expect(app.roll('2', masked)).resolves.toMatchObject({ endDate: '' });
  const listing = await ok({ path: records('rollouts') });
  expect(JSON.stringify(listing)).not.toContain('hush');
});

test('refuses a mask that stands for nothing, at its field', async () => {
  const app = await anApp();
  const attempt = app.roll('1', { secrets: [{ name: 'NEW', value: '••••' }] });
  await expect(attempt).rejects.toThrow(/"0":\{"value":\{"code":"validation_missing_secret"/);
});

test('answers errors of the manifest at their fields', async () => {
  const app = await anApp();
  const resources = { limits: { cpu: 'abc', memory: '1Gi' } };
  await expect(app.roll('', { resources })).rejects.toThrow(/"manifest":\{"spec":\{/);
  await expect(app.roll('1', { resources })).rejects.toThrow(/"limits":\{"cpu":/);
  await expect(app.roll('1', { nonsense: 1 })).rejects.toThrow(
    /"nonsense":\{"code":"validation_unknown_field"/,
  );
});

test("does not tell somebody else's project from one that does not exist", async () => {
  const app = await anApp();
  const attempt = (project: string): Promise<{ status: number; text: string }> =>
    send(server, {
      method: 'POST',
      path: records('rollouts'),
      as: 'other',
      body: { user: '{other}', project, deployment: app.deployment, manifest: manifest('1') },
    });
  const foreign = await attempt(app.project);
  const missing = await attempt('nosuchproject00');
  expect(foreign.status).toBe(400);
  const data = (text: string): unknown => (JSON.parse(text) as { data: unknown }).data;
  expect(data(foreign.text)).toEqual(data(missing.text));
});

test('refuses a deployment of another project of the same user', async () => {
  const [one, two] = [await anApp(), await anApp()];
  const body = { project: one.project, deployment: two.deployment, manifest: manifest('1') };
  await expect(create('rollouts', body)).rejects.toThrow(/"deployment":\{"code"/);
});

test('stops with an end date, and runs an old snapshot again without one', async () => {
  const app = await anApp();
  const first = await app.roll('1');
  const second = await app.roll('2');
  await patch('rollouts', second.id, { endDate: '2026-01-01 00:00:00.000Z' });
  expect(await running(app)).toEqual([]);
  const again = await patch('rollouts', second.id, { endDate: '' });
  expect(again).toMatchObject({ cause: 'start' });
  const back = await patch('rollouts', first.id, { endDate: '' });
  expect(back).toMatchObject({ cause: 'rollback', endDate: '' });
  expect(await running(app)).toEqual([first.id]);
});

test('does not start anything when an ended rollout is hidden or given another end', async () => {
  const app = await anApp();
  const first = await app.roll('1');
  const second = await app.roll('2');
  const { endDate } = await view('rollouts', first.id);
  await patch('rollouts', first.id, { hide: true });
  const changed = await patch('rollouts', first.id, { endDate: '2030-01-01 00:00:00.000Z' });
  expect(changed).toMatchObject({ hide: true, endDate });
  expect(await running(app)).toEqual([second.id]);
});

test('keeps the snapshot of a rollout as it was', async () => {
  const app = await anApp();
  const { id } = await app.roll('1');
  const attempt = patch('rollouts', id, { manifest: manifest('2') });
  await expect(attempt).rejects.toThrow(/"manifest":\{"code":"validation_immutable"/);
});

test('writes phase and slug of a deployment itself', async () => {
  const { project } = await anApp();
  const made = await create('deployments', {
    name: 'Über App',
    project,
    phase: 'Running',
    slug: 'x',
  });
  expect(made).toMatchObject({ slug: 'uber-app', phase: 'Pending', reason: 'NoRollout' });
  const next = await create('deployments', { name: 'uber app', project });
  expect(next.slug).toBe('uber-app-2');
  const patched = await patch('deployments', made.id, {
    name: 'New',
    phase: 'Running',
    slug: 'new',
  });
  expect(patched).toMatchObject({ name: 'New', slug: 'uber-app', phase: 'Pending' });
});

test('gives every project a slug of its own, once', async () => {
  const { user } = server.ids;
  const made = await create('projects', { name: 'Gute Häfen', user, slug: 'x' });
  expect(made.slug).toBe('gute-hafen');
  const next = await create('projects', { name: 'gute häfen', user });
  expect(next.slug).toBe('gute-hafen-2');
  const patched = await patch('projects', made.id, { name: 'New', slug: 'new' });
  expect(patched).toMatchObject({ name: 'New', slug: 'gute-hafen' });
});

test('takes everything along when a project is deleted, auto-updates too', async () => {
  const app = await anApp();
  await app.roll('1', { secrets: [{ name: 'A', value: 'b' }] });
  await create('autoUpdates', {
    project: app.project,
    deployment: app.deployment,
    interval: '5m',
    policy: 'semver',
  });
  await ok({ method: 'DELETE', path: `${records('projects')}/${app.project}` });
  for (const collection of ['rollouts', 'deployments', 'autoUpdates']) {
    const filter = encodeURIComponent(`project = "${app.project}"`);
    const page = await ok({ path: `${records(collection)}?filter=${filter}`, as: 'superuser' });
    expect(page.totalItems).toBe(0);
  }
});

test('says that there is no engine, and how to get one', async () => {
  const app = await anApp();
  const base = `/api/davit/v1/projects/${app.project}/deployments/${app.deployment}`;
  expect(await ok({ path: `${base}/status` })).toMatchObject({ reason: 'NoRollout' });
  await app.roll('1');
  await expect
    .poll(() => ok({ path: `${base}/status` }))
    .toMatchObject({ phase: 'Pending', reason: 'NoEngine' });
  await expect
    .poll(() => view('deployments', app.deployment))
    .toMatchObject({ phase: 'Pending', reason: 'NoEngine' });
  expect(await ok({ path: '/api/davit/v1/engine' })).toMatchObject({ driver: 'none' });
});

test.each([
  ['guest', 401],
  ['other', 404],
  ['user', 200],
  ['superuser', 200],
] as const)('answers the status to a %s with %i', async (as, status) => {
  const app = await anApp();
  const path = `/api/davit/v1/projects/${app.project}/deployments/${app.deployment}/status`;
  expect((await send(server, { path, as })).status).toBe(status);
});

test.each([
  ['POST', '/adopt'],
  ['POST', '/revert'],
  ['POST', '/restart'],
  ['DELETE', '/instances/web-1'],
  ['GET', '/logs/stream'],
  ['GET', '/events/stream'],
  ['GET', '/status/stream'],
] as const)('hides %s %s of a deployment from others', async (method, end) => {
  const app = await anApp();
  const path = `/api/davit/v1/projects/${app.project}/deployments/${app.deployment}${end}`;
  expect((await send(server, { method, path, as: 'other' })).status).toBe(404);
  expect((await send(server, { method, path })).status).toBe(401);
});

test('refuses to adopt where nothing was edited', async () => {
  const app = await anApp();
  await app.roll('1');
  const path = `/api/davit/v1/projects/${app.project}/deployments/${app.deployment}/adopt`;
  expect((await send(server, { method: 'POST', path, as: 'user' })).status).toBe(409);
});

test('streams the status of every deployment of a project, to its owner only', async () => {
  const app = await anApp();
  const path = `/api/davit/v1/projects/${app.project}/status/stream`;
  expect((await send(server, { path })).status).toBe(401);
  expect((await send(server, { path, as: 'other' })).status).toBe(404);
  const left = new AbortController();
  const response = await fetch(server.url + path, {
    headers: { authorization: server.tokens.user },
    signal: left.signal,
  });
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  const until = async (pattern: RegExp): Promise<void> => {
    while (!pattern.test(text)) text += (await reader.read()).value ?? '';
  };
  await until(/event:synced/);
  expect(text).toMatch(/event:status\ndata:\{.*"reason":"NoRollout"/);
  await app.roll('1');
  await until(/"reason":"NoEngine"/);
  left.abort();
});
