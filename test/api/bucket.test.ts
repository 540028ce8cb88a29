import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { send } from './scenario.ts';
import { startServer } from './server.ts';
import type { TestServer } from './server.ts';

const MOTO = process.env.DAVIT_TEST_MOTO ?? '';
const MISSING = existsSync(MOTO)
  ? ''
  : "set DAVIT_TEST_MOTO to a moto_server executable (pip install 'moto[server,s3]')";

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

describe.skipIf(MISSING !== '')(`files in a bucket${MISSING && `: ${MISSING}`}`, () => {
  let storage: ChildProcess;
  let endpoint: string;
  let server: TestServer;
  beforeAll(async () => {
    const port = await freePort();
    endpoint = `http://127.0.0.1:${port}`;
    storage = spawn(MOTO, ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
    await vi.waitFor(async () => {
      const made = await fetch(`${endpoint}/files`, { method: 'PUT' });
      if (!made.ok) throw new Error(`no bucket: ${made.status}`);
    }, 30_000);
    server = await startServer();
    const s3 = {
      enabled: true,
      endpoint,
      bucket: 'files',
      region: 'us-east-1',
      accessKey: 'key',
      secret: 'secret',
      forcePathStyle: true,
    };
    const { status, text } = await send(server, {
      method: 'PATCH',
      path: '/api/settings',
      as: 'superuser',
      body: { s3 },
    });
    expect(`${status} ${text}`).toMatch(/^200 /);
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    storage.kill();
    await once(storage, 'close');
  });

  async function keys(): Promise<string[]> {
    const text = await (await fetch(`${endpoint}/files?list-type=2`)).text();
    return [...text.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key = '']) => key);
  }

  async function upload(name: string): Promise<string> {
    const form = new FormData();
    form.set('avatar', new File([PNG], name, { type: 'image/png' }));
    const { status, text } = await send(server, {
      method: 'PATCH',
      path: '/api/collections/users/records/{user}',
      as: 'user',
      body: form,
    });
    expect(`${status} ${text}`).toMatch(/^200 /);
    return (JSON.parse(text) as { avatar: string }).avatar;
  }

  test('are stored, served, made smaller, replaced and removed', async () => {
    const folder = `_pb_users_auth_/${server.ids.user}`;
    const first = await upload('Frühling & Sommer.png');
    expect(await keys()).toEqual([`${folder}/${first}`]);
    expect(await readdir(server.dir)).not.toContain('storage');

    const url = `${server.url}/api/files/users/${server.ids.user}/${first}`;
    const whole = await fetch(url);
    expect(whole.headers.get('content-type')).toBe('image/png');
    expect(Buffer.from(await whole.arrayBuffer()).equals(PNG)).toBe(true);
    const small = await fetch(`${url}?thumb=100x100`);
    expect(small.headers.get('content-disposition')).toContain(`100x100_${first}`);
    expect(await keys()).toContain(`${folder}/thumbs_${first}/100x100_${first}`);

    const second = await upload('second.png');
    await vi.waitFor(async () => expect(await keys()).toEqual([`${folder}/${second}`]));
    const path = '/api/collections/users/records/{user}';
    const removed = await send(server, { method: 'DELETE', path, as: 'superuser' });
    expect(removed.status).toBe(204);
    await vi.waitFor(async () => expect(await keys()).toEqual([]));
  });
});

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
