import { spawn } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from '@davit/server';
import type { Server } from '@davit/server';
import { freePort } from '@davit/testkit';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { NO_POCKETBASE, POCKETBASE } from './pocketbase-binary.ts';
import { PASSWORD, serveConfig } from './server.ts';

const EMAIL = 'root@example.com';

interface Running {
  url: string;
  token: string;
  server: () => Server;
  /** resolves when a restored backup is served */
  restarted(): Promise<void>;
}

async function emptyDirectory(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'davit-backups-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

/** A server that starts itself anew on the same port, as the program does. */
async function start(dir: string): Promise<Running> {
  const config = serveConfig(dir);
  config.http.port = await freePort();
  let starts = 0;
  let current: Promise<Server> | undefined;
  const boot = (): Promise<Server> =>
    createServer(config, {
      restart: () => {
        starts++;
        current = boot();
      },
    });
  const first = await (current = boot());
  onTestFinished(async () => (await current)?.close());
  await first.records.superusers.upsert(EMAIL, PASSWORD);
  const token = await signIn(first.url);
  let seen = first;
  return {
    url: first.url,
    token,
    server: () => seen,
    async restarted() {
      const before = starts;
      await vi.waitFor(() => expect(starts).toBeGreaterThan(before - 1 + (before === 0 ? 1 : 0)), {
        timeout: 60_000,
      });
      seen = (await current) ?? seen;
    },
  };
}

async function signIn(url: string): Promise<string> {
  const response = await fetch(`${url}/api/collections/_superusers/auth-with-password`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ identity: EMAIL, password: PASSWORD }),
  });
  const { token } = (await response.json()) as { token: string };
  return token;
}

async function call(
  { url, token }: Pick<Running, 'url' | 'token'>,
  /** `GET /api/…` */
  what: string,
  body?: unknown,
): Promise<{ status: number; text: string }> {
  const [method = '', path = ''] = what.split(' ');
  const form = body instanceof FormData;
  const response = await fetch(url + path, {
    method,
    headers: { authorization: token, ...(!form && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: form ? body : JSON.stringify(body) }),
  });
  return { status: response.status, text: await response.text() };
}

async function createNotes(running: Running): Promise<void> {
  const made = await call(running, 'POST /api/collections', {
    name: 'notes',
    type: 'base',
    fields: [
      { name: 'title', type: 'text' },
      { name: 'file', type: 'file', maxSelect: 1 },
    ],
  });
  expect(made.status).toBe(200);
}

function note(title: string): FormData {
  const form = new FormData();
  form.append('title', title);
  form.append('file', new File([`content of ${title}`], `${title}.txt`, { type: 'text/plain' }));
  return form;
}

const NOTES = '/api/collections/notes/records';

test('a backup made while others write is whole, and brings everything back', async () => {
  const dir = await emptyDirectory();
  const running = await start(dir);
  await createNotes(running);
  await call(running, `POST ${NOTES}`, note('kept'));
  let writing = true;
  const writes = (async () => {
    for (let count = 0; writing; count++)
      await call(running, `POST ${NOTES}`, note(`busy${count}`));
  })();
  const made = await call(running, 'POST /api/backups', { name: 'one.zip' });
  writing = false;
  await writes;
  expect(made).toEqual({ status: 204, text: '' });
  const { items } = JSON.parse((await call(running, `GET ${NOTES}`)).text) as {
    items: { id: string }[];
  };
  for (const { id } of items) await call(running, `DELETE ${NOTES}/${id}`);
  expect((await call(running, 'POST /api/backups/one.zip/restore')).status).toBe(204);
  await running.restarted();
  const token = await signIn(running.url);
  const back = await call({ ...running, token }, `GET ${NOTES}?filter=title='kept'`);
  expect(back.text).toContain('"totalItems":1');
  const all = JSON.parse((await call({ ...running, token }, `GET ${NOTES}?perPage=500`)).text) as {
    items: { id: string; collectionId: string; file: string; title: string }[];
  };
  for (const { id, collectionId, file, title } of all.items) {
    const content = await readFile(join(dir, 'storage', collectionId, id, file), 'utf8');
    expect(content).toBe(`content of ${title}`);
  }
  expect(await readdir(join(dir, 'backups'))).toEqual(['one.zip']);
});

test('a download that broke off goes on where it was', async () => {
  const running = await start(await emptyDirectory());
  await call(running, 'POST /api/backups', { name: 'one.zip' });
  const whole = Buffer.from(await download(running, 'one.zip'));
  const { token } = JSON.parse((await call(running, 'POST /api/files/token')).text) as {
    token: string;
  };
  const ask = (name: string, headers = {}): Promise<Response> =>
    fetch(`${running.url}/api/backups/${name}?token=${token}`, { headers });
  const rest = await ask('one.zip', { range: 'bytes=1000-' });
  expect([rest.status, rest.headers.get('content-range')]).toEqual([
    206,
    `bytes 1000-${whole.length - 1}/${whole.length}`,
  ]);
  expect(Buffer.from(await rest.arrayBuffer()).equals(whole.subarray(1000))).toBe(true);
  expect(rest.headers.get('content-security-policy')).toContain('sandbox');
  expect(rest.headers.get('cache-control')).toMatch(/^max-age=2592000/);
  expect((await ask('one.zip', { range: `bytes=${whole.length}-` })).status).toBe(416);
  const missing = await ask('none.zip');
  expect([missing.status, await missing.text()]).toEqual([
    404,
    expect.stringContaining("The requested resource wasn't found.") as string,
  ]);
});

test('a restore takes nothing out of the audit log', async () => {
  const running = await start(await emptyDirectory());
  await createNotes(running);
  await call(running, 'POST /api/backups', { name: 'one.zip' });
  await call(running, 'DELETE /api/collections/notes');
  expect((await call(running, 'POST /api/backups/one.zip/restore')).status).toBe(204);
  await running.restarted();
  const token = await signIn(running.url);
  expect((await call({ ...running, token }, `GET ${NOTES}`)).status).toBe(200);
  const path = 'GET /api/davit/v1/audit?sort=seq&perPage=500';
  const { items } = JSON.parse((await call({ ...running, token }, path)).text) as {
    items: { seq: number; action: string; record: string; collection: string }[];
  };
  expect(items.map(({ seq }) => seq)).toEqual(items.map((_, index) => index + 1));
  expect(items.slice(-5)).toMatchObject([
    { action: 'collection.create', collection: 'notes' },
    { action: 'backup.create', record: 'one.zip' },
    { action: 'collection.delete', collection: 'notes' },
    { action: 'backup.restore', record: 'one.zip', outcome: 'started' },
    { action: 'sign-in' },
  ]);
});

test('a damaged backup is refused and nothing changes', async () => {
  const dir = await emptyDirectory();
  const running = await start(dir);
  await createNotes(running);
  await call(running, 'POST /api/backups', { name: 'one.zip' });
  const path = join(dir, 'backups', 'one.zip');
  const bytes = await readFile(path);
  for (const place of [0.3, 0.5, 0.7]) bytes[Math.floor(bytes.length * place)]! ^= 0xff;
  await writeFile(path, bytes);
  const answer = await call(running, 'POST /api/backups/one.zip/restore');
  expect(answer.status).toBe(400);
  expect(answer.text).toContain('nothing was changed');
  expect((await call(running, `GET ${NOTES}`)).status).toBe(200);
  const form = new FormData();
  form.append('file', new File([bytes], 'two.zip', { type: 'application/zip' }));
  const uploaded = await call(running, 'POST /api/backups/upload', form);
  expect(uploaded.status).toBe(400);
  expect(uploaded.text).toContain('"file"');
  expect(await readdir(join(dir, 'backups'))).toEqual(['one.zip']);
});

test('one at a time, names checked, downloads and uploads byte by byte', async () => {
  const running = await start(await emptyDirectory());
  const both = await Promise.all([
    call(running, 'POST /api/backups', { name: 'a.zip' }),
    call(running, 'POST /api/backups', { name: 'b.zip' }),
  ]);
  expect(both.map(({ status }) => status).sort()).toEqual([204, 400]);
  const [{ key } = { key: '' }] = JSON.parse((await call(running, 'GET /api/backups')).text) as {
    key: string;
  }[];
  const taken = await call(running, 'POST /api/backups', { name: key });
  expect(taken.text).toContain('validation_backup_name_exists');
  const wrong = await call(running, 'POST /api/backups', { name: '../a.zip' });
  expect(wrong.text).toContain('validation_match_invalid');
  const { token } = JSON.parse((await call(running, 'POST /api/files/token')).text) as {
    token: string;
  };
  const download = await fetch(`${running.url}/api/backups/${key}?token=${token}`);
  const form = new FormData();
  form.append('file', new File([await download.arrayBuffer()], 'up.zip'));
  expect((await call(running, 'POST /api/backups/upload', form)).status).toBe(204);
  expect((await call(running, 'POST /api/backups/upload', form)).status).toBe(400);
  expect((await call(running, `DELETE /api/backups/${key}`)).status).toBe(204);
  expect((await call(running, `POST /api/backups/${key}/restore`)).status).toBe(400);
});

describe.skipIf(NO_POCKETBASE !== '')('with the real PocketBase', () => {
  test('Davit restores what PocketBase backed up, and PocketBase what Davit did', async () => {
    const theirs = await startPocketBase(await pocketBaseDirectory());
    const token = await signIn(theirs);
    const made = await call({ url: theirs, token }, 'POST /api/backups', { name: 'pb.zip' });
    expect(made.status).toBe(204);
    const zip = await download({ url: theirs, token }, 'pb.zip');
    const running = await start(await emptyDirectory());
    await upload(running, 'pb.zip', zip);
    expect((await call(running, 'POST /api/backups/pb.zip/restore')).status).toBe(204);
    await running.restarted();
    const restored = { url: running.url, token: await signIn(running.url) };
    const demo = await call(restored, 'GET /api/collections/demo1/records');
    expect(demo.text).toContain('"totalItems":3');

    const back = await call(restored, 'POST /api/backups', { name: 'davit.zip' });
    expect(back.status).toBe(204);
    const other = await startPocketBase(await pocketBaseDirectory());
    const client = { url: other, token: await signIn(other) };
    await call(client, 'DELETE /api/collections/demo1/records/84nmscqy84lsi1t');
    await upload(client, 'davit.zip', await download(restored, 'davit.zip'));
    expect((await call(client, 'POST /api/backups/davit.zip/restore')).status).toBe(204);
    await vi.waitFor(
      async () => {
        const again = { url: other, token: await signIn(other) };
        const records = await call(again, 'GET /api/collections/demo1/records');
        expect(records.text).toContain('"totalItems":3');
      },
      { timeout: 15_000, interval: 200 },
    );
  }, 60_000);
});

async function download(client: Pick<Running, 'url' | 'token'>, key: string): Promise<ArrayBuffer> {
  const { token } = JSON.parse((await call(client, 'POST /api/files/token')).text) as {
    token: string;
  };
  return (await fetch(`${client.url}/api/backups/${key}?token=${token}`)).arrayBuffer();
}

async function upload(
  client: Pick<Running, 'url' | 'token'>,
  key: string,
  zip: ArrayBuffer,
): Promise<void> {
  const form = new FormData();
  form.append('file', new File([zip], key, { type: 'application/zip' }));
  expect(await call(client, 'POST /api/backups/upload', form)).toEqual({
    status: 204,
    text: '',
  });
}

async function pocketBaseDirectory(): Promise<string> {
  const dir = await emptyDirectory();
  await cp(new URL('../fixtures/pocketbase/data', import.meta.url), dir, { recursive: true });
  return dir;
}

async function startPocketBase(dir: string): Promise<string> {
  const flags = ['--dir', dir, '--dev=false'];
  const port = await freePort();
  await finished(spawn(POCKETBASE, ['superuser', 'upsert', EMAIL, PASSWORD, ...flags]));
  const child = spawn(POCKETBASE, ['serve', `--http=127.0.0.1:${port}`, ...flags]);
  onTestFinished(async () => {
    child.kill();
    await finished(child);
  });
  const url = `http://127.0.0.1:${port}`;
  await vi.waitFor(() => fetch(`${url}/api/health`), { timeout: 60_000, interval: 50 });
  return url;
}

function finished(child: ReturnType<typeof spawn>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => child.once('exit', () => resolve()));
}
