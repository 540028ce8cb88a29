import { DatabaseSync } from 'node:sqlite';
import type { JsonObject, TokenType } from '@davit/domain';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { send } from './scenario.ts';
import type { Sent } from './scenario.ts';
import { PASSWORD, startServer } from './server.ts';
import type { TestServer } from './server.ts';

let server: TestServer;
/** the newest entry before the test */
let since = 0;

const audit = '/api/davit/v1/audit';
const SECRET = 'never-in-the-audit-log';

beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server[Symbol.asyncDispose]());
beforeEach(async () => {
  const { body } = await api({ path: `${audit}?perPage=1`, as: 'superuser' });
  since = (body.items as { seq: number }[])[0]?.seq ?? 0;
});

async function api(request: Sent): Promise<{ status: number; body: JsonObject; text: string }> {
  const method = request.method ?? (request.body === undefined ? 'GET' : 'POST');
  const { status, text } = await send(server, { ...request, method });
  const isJson = text.startsWith('{') && !text.includes('\n');
  return { status, text, body: isJson ? (JSON.parse(text) as JsonObject) : {} };
}

/** What was noted in this test, oldest first. */
async function noted(): Promise<JsonObject[]> {
  const path = `${audit}?sort=seq&filter=seq>${since}`;
  return (await api({ path, as: 'superuser' })).body.items as JsonObject[];
}

const by = (): JsonObject => ({
  actorType: 'superuser',
  actorCollection: '_superusers',
  actorId: server.ids.superuser,
  actorName: 'root@example.com',
  ip: '127.0.0.1',
});

test('notes sign-ins of superusers, and of nobody else', async () => {
  const body = { identity: 'root@example.com', password: PASSWORD };
  await api({ path: '/api/collections/_superusers/auth-with-password', body });
  const user = { identity: 'user@example.com', password: PASSWORD };
  await api({ path: '/api/collections/users/auth-with-password', body: user });
  await api({ path: '/api/collections/_superusers/auth-refresh', as: 'superuser', body: {} });
  expect(await noted()).toMatchObject([
    { ...by(), action: 'sign-in', outcome: 'done', detail: { method: 'password' } },
  ]);
});

test('notes refused sign-ins of superusers, once for an address and an account', async () => {
  const path = '/api/collections/_superusers/auth-with-password';
  for (const identity of ['root@example.com', 'root@example.com', 'nobody@example.com']) {
    await api({ path, body: { identity, password: SECRET } });
  }
  await api({
    path: '/api/collections/users/auth-with-password',
    body: { identity: 'user@example.com', password: SECRET },
  });
  const entry = { action: 'sign-in.refused', collection: '_superusers', ip: '127.0.0.1' };
  const entries = await noted();
  expect(entries).toMatchObject([{ ...entry, record: server.ids.superuser }, entry]);
  expect(JSON.stringify(entries)).not.toContain(SECRET);
});

test('notes refused codes of superusers, too', async () => {
  const { records } = server.server;
  const superusers = '/api/collections/_superusers';
  const otp = { otp: { enabled: true }, mfa: { enabled: false } };
  await api({ path: superusers, method: 'PATCH', as: 'superuser', body: otp });
  const { otpId } = await records.superusers.createOtp('root@example.com');
  for (let tries = 0; tries < 2; tries++) {
    const body = { otpId, password: SECRET };
    expect((await api({ path: `${superusers}/auth-with-otp`, body })).status).toBe(400);
  }
  await records.collections.update('_superusers', {
    otp: { enabled: false },
    mfa: { enabled: false },
  });
  const entries = await noted();
  const changed = ['mfa.enabled', 'otp.enabled', 'updated'];
  expect(entries).toMatchObject([
    { ...by(), action: 'collection.update', collection: '_superusers', detail: { changed } },
    { action: 'otp.create', actorType: 'command', record: server.ids.superuser },
    { action: 'sign-in.refused', record: server.ids.superuser, detail: { method: 'otp' } },
  ]);
  expect(JSON.stringify(entries)).not.toContain(SECRET);
});

test('notes what superusers do to records: names of what changed, never values', async () => {
  const users = '/api/collections/users/records';
  const as = 'superuser';
  const created = await api({
    path: users,
    as,
    body: { email: 'audit@example.com', password: SECRET, passwordConfirm: SECRET },
  });
  const id = created.body.id as string;
  const update = { name: SECRET, password: `${SECRET}2`, passwordConfirm: `${SECRET}2` };
  await api({ path: `${users}/${id}`, method: 'PATCH', as, body: update });
  await api({ path: `${users}/${id}`, method: 'PATCH', as, body: { email: 'no address' } });
  await api({ path: `${users}/${id}`, method: 'DELETE', as });
  const own = { name: 'mine' };
  await api({ path: `${users}/{user}`, method: 'PATCH', as: 'user', body: own });
  const entries = await noted();
  expect(entries).toMatchObject([
    { ...by(), action: 'record.create', collection: 'users', record: id },
    { action: 'record.update', record: id, detail: { changed: ['name', 'password'] } },
    { action: 'record.delete', record: id },
  ]);
  expect(JSON.stringify(entries)).not.toContain(SECRET);
});

test('notes what decides who gets into an account, whoever changes it', async () => {
  const { records } = server.server;
  const collection = records.collections.get('users');
  const email = 'owner@example.com';
  const record = await records.save('users', { email, password: PASSWORD });
  const { id } = record;
  const users = '/api/collections/users';
  const token = async (type: TokenType, newEmail?: string): Promise<string> => {
    const now = (await records.get('users', id))!;
    return records.auth.issueToken(collection, now, { type, ...(newEmail && { newEmail }) });
  };
  const confirm = async (what: string, body: object): Promise<void> => {
    expect((await api({ path: `${users}/confirm-${what}`, body })).status).toBe(204);
  };
  await confirm('verification', { token: await token('verification') });
  await confirm('verification', { token: await token('verification') }); // changes nothing more
  const secret = { password: SECRET, passwordConfirm: SECRET };
  await confirm('password-reset', { token: await token('passwordReset'), ...secret });
  const moved = await token('emailChange', 'moved@example.com');
  await confirm('email-change', { token: moved, password: SECRET });
  const own = { path: `${users}/records/${id}`, headers: { authorization: '' } };
  own.headers.authorization = await token('auth');
  const change = { oldPassword: SECRET, password: `${SECRET}2`, passwordConfirm: `${SECRET}2` };
  expect((await api({ ...own, method: 'PATCH', body: { name: 'mine' } })).status).toBe(200);
  expect((await api({ ...own, method: 'PATCH', body: change })).status).toBe(200);
  own.headers.authorization = await token('auth');
  const link = await records.save('_externalAuths', {
    ...{ collectionRef: collection.id, recordRef: id, provider: 'google', providerId: 'g1' },
  });
  const unlink = { ...own, path: `/api/collections/_externalAuths/records/${link.id}` };
  expect((await api({ ...unlink, method: 'DELETE' })).status).toBe(204);
  expect((await api({ ...own, method: 'DELETE' })).status).toBe(204);
  const owner = { actorType: 'user', actorCollection: 'users', actorId: id, ip: '127.0.0.1' };
  const account = { ...owner, collection: 'users', record: id, outcome: 'done' };
  const entries = await noted();
  expect(entries).toMatchObject([
    { ...account, action: 'account.verify' },
    { ...account, action: 'account.resetPassword' },
    { ...account, action: 'account.changeEmail' },
    { ...account, action: 'record.update' },
    { ...owner, action: 'record.delete', collection: '_externalAuths', record: link.id },
    { ...account, action: 'record.delete' },
  ]);
  const names = entries.map(({ detail }) => (detail as { changed?: string[] }).changed ?? []);
  expect(names[0]).toContain('verified');
  expect(names[1]).toContain('password');
  expect(names[2]).toContain('email');
  expect(names[3]).toContain('password');
  expect(JSON.stringify(entries)).not.toContain(SECRET);
});

test('notes collections, settings and what is run', async () => {
  const as = 'superuser';
  await api({ path: '/api/collections', as, body: { name: 'noted', listRule: '' } });
  const change = { listRule: null, fields: [] };
  await api({ path: '/api/collections/noted', method: 'PATCH', as, body: change });
  await api({ path: '/api/collections/noted/truncate', method: 'DELETE', as });
  await api({ path: '/api/collections/noted', method: 'DELETE', as });
  const smtp = { host: 'mail.example.com', password: SECRET };
  await api({ path: '/api/settings', method: 'PATCH', as, body: { smtp } });
  const query = `SELECT '${SECRET}' FROM users WHERE name = '${SECRET}''s' OR 1 = 42`;
  await api({ path: '/api/sql', as, body: { query } });
  await api({ path: '/api/sql', as, body: { query: 'SELEC' } });
  await api({ path: '/api/crons/__pbLogsCleanup__', method: 'POST', as });
  await api({ path: '/api/backups/none.zip', method: 'DELETE', as });
  const entries = await noted();
  expect(entries).toMatchObject([
    { ...by(), action: 'collection.create', collection: 'noted', outcome: 'done' },
    {
      action: 'collection.update',
      collection: 'noted',
      detail: { changed: ['listRule', 'updated'] },
    },
    { action: 'collection.truncate', collection: 'noted', outcome: 'started' },
    { action: 'collection.delete', collection: 'noted' },
    { action: 'settings.update', detail: { changed: ['smtp.host', 'smtp.password'] } },
    {
      action: 'sql.run',
      outcome: 'started',
      detail: { statement: 'SELECT ? FROM users WHERE name = ? OR ? = ?' },
    },
    { action: 'sql.run', outcome: 'started' },
    { action: 'sql.run', outcome: 'failed', detail: { error: 'invalid' } },
    { action: 'cron.run', record: '__pbLogsCleanup__' },
    { action: 'backup.delete', record: 'none.zip', outcome: 'started' },
    { action: 'backup.delete', record: 'none.zip', outcome: 'failed' },
  ]);
  expect(JSON.stringify(entries)).not.toContain(SECRET);
});

test('notes nothing of what was rolled back', async () => {
  const settings = { batch: { enabled: true, maxRequests: 5, timeout: 3 } };
  await api({ path: '/api/settings', method: 'PATCH', as: 'superuser', body: settings });
  const url = '/api/collections/users/records';
  const good = { email: 'batch@example.com', password: PASSWORD, passwordConfirm: PASSWORD };
  const requests = [good, {}].map((body) => ({ method: 'POST', url, body }));
  const { status } = await api({ path: '/api/batch', as: 'superuser', body: { requests } });
  expect(status).toBe(400);
  expect((await noted()).map(({ action }) => action)).toEqual(['settings.update']);
});

test('names the key, and the superuser behind an impersonated user', async () => {
  const path = '/api/davit/v1/api-keys';
  const body = { name: 'deploys', scopes: ['users:update'] };
  const { body: key } = await api({ path, as: 'superuser', body });
  const user = '/api/collections/users/records/{user}';
  const byKey = { authorization: key.key as string };
  await api({ path: user, method: 'PATCH', headers: byKey, body: { name: 'one' } });
  const impersonate = '/api/collections/users/impersonate/{user}';
  const { body: session } = await api({ path: impersonate, as: 'superuser', body: {} });
  const asUser = { authorization: session.token as string };
  await api({ path: user, method: 'PATCH', headers: asUser, body: { name: 'two' } });
  const entries = await noted();
  expect(entries).toMatchObject([
    { ...by(), action: 'key.create', record: key.id, detail: { scopes: ['users:update'] } },
    { ...by(), action: 'record.update', keyId: key.id, keyName: 'deploys' },
    { ...by(), action: 'impersonate', collection: 'users', record: server.ids.user },
    {
      action: 'record.update',
      actorType: 'user',
      actorId: server.ids.user,
      impersonatedBy: server.ids.superuser,
    },
  ]);
  expect(JSON.stringify(entries)).not.toContain((key.key as string).slice(12));
  expect(JSON.stringify(entries)).not.toContain(session.token);
});

test('notes what users do on the platform', async () => {
  const as = 'user';
  const project = await api({
    path: '/api/collections/projects/records',
    as,
    body: { name: 'audited', user: server.ids.user },
  });
  const { id } = project.body as { id: string };
  const deployment = await api({
    path: '/api/collections/deployments/records',
    as,
    body: { name: 'web', project: id, user: server.ids.user },
  });
  const app = deployment.body.id as string;
  const rollouts = '/api/collections/rollouts/records';
  const spec = { image: { registry: 'docker.io', repository: 'library/nginx', tag: '1' } };
  const deploy = async (): Promise<string> => {
    const manifest = {
      apiVersion: 'one-click.dev/v1alpha1',
      kind: 'Rollout',
      spec: { ...spec, secrets: [{ name: 'TOKEN', value: SECRET }] },
    };
    const body = { project: id, deployment: app, user: server.ids.user, manifest };
    const answer = await api({ path: rollouts, as, body });
    expect(`${answer.status} ${answer.text}`).toMatch(/^200 /);
    return answer.body.id as string;
  };
  const first = await deploy();
  const second = await deploy();
  const patch = (rollout: string, endDate: string): Promise<unknown> =>
    api({ path: `${rollouts}/${rollout}`, method: 'PATCH', as, body: { endDate } });
  await patch(first, '');
  await patch(first, new Date().toISOString());
  await patch(first, '');
  await api({
    path: `/api/davit/v1/projects/${id}/deployments/${app}/restart`,
    as,
    method: 'POST',
  });
  const entries = await noted();
  expect(entries).toMatchObject([
    { action: 'record.create', collection: 'projects', record: id, actorId: server.ids.user },
    { action: 'record.create', collection: 'deployments', record: app, detail: { project: id } },
    { action: 'rollout.deploy', record: first, detail: { project: id, deployment: app } },
    { action: 'rollout.deploy', record: second },
    { action: 'rollout.rollback', record: first },
    { action: 'rollout.stop', record: first },
    { action: 'rollout.start', record: first },
    { action: 'deployment.restart', record: app, outcome: 'started', detail: { project: id } },
    { action: 'deployment.restart', record: app, outcome: 'failed' },
  ]);
  expect(JSON.stringify(entries)).not.toContain(SECRET);
});

test('is read by superusers alone, filtered, in pages, and as a stream of lines', async () => {
  for (const as of ['guest', 'user'] as const) {
    const wanted = as === 'guest' ? 401 : 403;
    expect((await api({ path: audit, as })).status).toBe(wanted);
    expect((await api({ path: `${audit}/export`, as })).status).toBe(wanted);
    expect((await api({ path: `${audit}/settings`, as })).status).toBe(wanted);
  }
  const filter = encodeURIComponent(`action ~ 'record.%' && actorName = 'root@example.com'`);
  const { body } = await api({ path: `${audit}?perPage=1&filter=${filter}`, as: 'superuser' });
  const total = body.totalItems as number;
  expect(total).toBeGreaterThan(2);
  const [newest] = body.items as JsonObject[];
  const one = await api({ path: `${audit}/${newest?.id as string}`, as: 'superuser' });
  expect(one.body).toEqual(newest);
  const exported = await send(server, {
    path: `${audit}/export?filter=${filter}`,
    as: 'superuser',
  });
  expect(exported.headers.get('content-type')).toBe('application/x-ndjson');
  const lines = exported.text.trim().split('\n');
  expect(lines).toHaveLength(total);
  expect(JSON.parse(lines.at(-1) ?? '')).toEqual(newest);
  for (const path of [audit, `${audit}/export`]) {
    expect((await api({ path: `${path}?filter=nothing=1`, as: 'superuser' })).status).toBe(400);
  }
});

test('exports more than fits into one piece, in order', async () => {
  const { records } = server.server;
  const note = { action: 'test.many' };
  await Promise.all(Array.from({ length: 1203 }, () => records.audit.note({ ip: '' }, note)));
  const path = `${audit}/export?filter=action='test.many'`;
  const { text } = await send(server, { path, as: 'superuser' });
  const seqs = text
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { seq: number }).seq);
  expect(seqs).toHaveLength(1203);
  expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
});

test('cannot be rewritten, and forgets only what is old enough', async () => {
  const db = new DatabaseSync(`${server.dir}/data.db`);
  const run = (sql: string) => () => db.exec(sql);
  expect(run(`UPDATE _davit_audit SET ip = 'x'`)).toThrow('append-only');
  expect(run('DELETE FROM _davit_audit')).toThrow('append-only');
  db.exec(`INSERT INTO _davit_audit SELECT seq + 100000, id || 'x', '2020-01-01 00:00:00.000Z', action, outcome,
    actorType, actorCollection, actorId, actorName, keyId, keyName, impersonatedBy, ip, collection, record, detail
    FROM _davit_audit LIMIT 600`);
  const count = (): number =>
    (db.prepare('SELECT count(*) AS n FROM _davit_audit').get() as { n: number }).n;
  const before = count();
  db.close();
  const settings = { path: `${audit}/settings`, as: 'superuser' as const, method: 'PATCH' };
  expect((await api({ ...settings, body: { maxDays: -1 } })).body.data).toHaveProperty('maxDays');
  expect((await api({ ...settings, body: { maxDays: 30 } })).body).toEqual({ maxDays: 30 });
  await server.server.records.audit.cleanUp();
  const { body } = await api({ path: `${audit}?perPage=1`, as: 'superuser' });
  expect(body.totalItems).toBe(before - 600 + 1);
});
