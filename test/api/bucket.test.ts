import { readdir } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { NO_BUCKET, openBucket } from './moto.ts';
import type { Bucket } from './moto.ts';
import { send } from './scenario.ts';
import { startServer } from './server.ts';
import type { TestServer } from './server.ts';

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

describe.skipIf(NO_BUCKET !== '')(`files in a bucket${NO_BUCKET && `: ${NO_BUCKET}`}`, () => {
  let bucket: Bucket;
  let server: TestServer;
  beforeAll(async () => {
    bucket = await openBucket('files');
    server = await startServer();
    const { status, text } = await send(server, {
      method: 'PATCH',
      path: '/api/settings',
      as: 'superuser',
      body: { s3: bucket.settings },
    });
    expect(`${status} ${text}`).toMatch(/^200 /);
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await bucket[Symbol.asyncDispose]();
  });

  const keys = (): Promise<string[]> => bucket.keys();

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
    await vi.waitFor(async () => expect(await keys()).toEqual([`${folder}/${second}`]), {
      timeout: 30_000,
    });
    const path = '/api/collections/users/records/{user}';
    const removed = await send(server, { method: 'DELETE', path, as: 'superuser' });
    expect(removed.status).toBe(204);
    await vi.waitFor(async () => expect(await keys()).toEqual([]), { timeout: 30_000 });
  });
});
