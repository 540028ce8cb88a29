import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { NO_BUCKET, openBucket } from './moto.ts';
import type { Bucket } from './moto.ts';
import { send } from './scenario.ts';
import type { Answer } from './scenario.ts';
import { startServer } from './server.ts';
import type { TestServer } from './server.ts';
import { openSmtpSink } from './smtp-sink.ts';
import type { SmtpSink } from './smtp-sink.ts';

describe.skipIf(NO_BUCKET !== '')(`backups in a bucket${NO_BUCKET && `: ${NO_BUCKET}`}`, () => {
  let bucket: Bucket;
  let server: TestServer;
  let mail: SmtpSink;
  let restored: string | undefined;
  beforeAll(async () => {
    [bucket, mail] = [await openBucket('backups'), await openSmtpSink()];
    server = await startServer({ restart: () => (restored = 'restarted') });
    await settings({ backups: { s3: bucket.settings }, smtp: mail.settings });
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await mail[Symbol.asyncDispose]();
    await bucket[Symbol.asyncDispose]();
  });

  const call = (what: string, body?: unknown): Promise<Answer> => {
    const [method = '', path = ''] = what.split(' ');
    return send(server, { method, path, as: 'superuser', ...(body !== undefined && { body }) });
  };
  const settings = async (body: object): Promise<void> =>
    expect(await call('PATCH /api/settings', body)).toMatchObject({ status: 200 });
  const form = (name: string, bytes: ArrayBuffer): FormData => {
    const data = new FormData();
    data.set('file', new File([bytes], name, { type: 'application/zip' }));
    return data;
  };
  const download = async (key: string): Promise<ArrayBuffer> => {
    const { token } = JSON.parse((await call('POST /api/files/token')).text) as { token: string };
    const response = await fetch(`${server.url}/api/backups/${key}?token=${token}`);
    expect(response.status).toBe(200);
    return response.arrayBuffer();
  };

  test('the storage test writes, reads and removes, and says what is wrong', async () => {
    expect(await call('POST /api/settings/test/s3', { filesystem: 'backups' })).toMatchObject({
      status: 204,
    });
    expect(await bucket.keys()).toEqual([]);
    const off = await call('POST /api/settings/test/s3', { filesystem: 'storage' });
    expect(`${off.status} ${off.text}`).toMatch(/^400 .*not enabled/);
    await settings({ backups: { s3: { bucket: 'nowhere' } } });
    const wrong = await call('POST /api/settings/test/s3', { filesystem: 'backups' });
    expect(`${wrong.status} ${wrong.text}`).toMatch(/^400 .*404 NoSuchBucket/);
    await settings({ backups: { s3: { bucket: 'backups' } } });
  });

  test('are made, listed, downloaded, brought, deleted', async () => {
    const files = new FormData();
    for (let n = 0; n < 3; n++) {
      // not compressible: the zip is larger than one part of an upload
      const bytes = crypto.getRandomValues(new Uint8Array(65_536));
      const content = Array.from({ length: 64 }, (_value, at) => bytes.map((byte) => byte ^ at));
      files.append('documents', new File(content, `${n}.bin`));
    }
    await call('POST /api/collections', {
      name: 'papers',
      type: 'base',
      fields: [{ name: 'documents', type: 'file', maxSelect: 9, maxSize: 5_000_000 }],
    });
    const made = await call('POST /api/collections/papers/records', files);
    expect(`${made.status} ${made.text}`).toMatch(/^200 /);
    expect(await call('POST /api/backups', { name: 'one.zip' })).toMatchObject({ status: 204 });
    expect(await bucket.keys()).toEqual(['one.zip']);
    expect(await readdir(server.dir)).not.toContain('backups');
    expect((await call('POST /api/backups', { name: 'one.zip' })).text).toContain('name_exists');

    const listed = JSON.parse((await call('GET /api/backups')).text) as { size: number }[];
    const bytes = await download('one.zip');
    expect(listed).toMatchObject([{ key: 'one.zip', size: bytes.byteLength }]);
    expect(bytes.byteLength).toBeGreaterThan(10_000_000);

    expect(await call('POST /api/backups/upload', form('two.zip', bytes))).toMatchObject({
      status: 204,
    });
    expect((await call('POST /api/backups/upload', form('two.zip', bytes))).status).toBe(400);
    expect((await call('DELETE /api/backups/two.zip')).status).toBe(204);
    expect((await call('DELETE /api/backups/two.zip')).status).toBe(400);
    expect(await bucket.keys()).toEqual(['one.zip']);
  });

  test('on schedule: the newest stay, and every superuser hears of a failure', async () => {
    await settings({ backups: { cron: '0 0 1 1 *', cronMaxKeep: 1 } });
    const run = (): Promise<Answer> => call('POST /api/crons/__pbAutoBackup__');
    const automatic = async (): Promise<string[]> =>
      (await bucket.keys()).filter((key) => key.startsWith('@auto_pb_backup_'));
    expect((await run()).status).toBe(204);
    await vi.waitFor(async () => expect(await automatic()).toHaveLength(1), 60_000);
    const [first] = await automatic();
    await vi.waitFor(async () => {
      await run(); // its name is that of the second
      expect(await automatic()).not.toContain(first);
    }, 60_000);
    expect(await automatic()).toHaveLength(1);
    expect(await bucket.keys()).toContain('one.zip');

    await settings({ backups: { s3: { bucket: 'nowhere' } } });
    await run();
    await vi.waitFor(() => expect(mail.mails.join('\n')).toContain('A scheduled backup failed'), {
      timeout: 20_000,
    });
    expect(mail.mails.join('\n')).toContain('root@example.com');
    await vi.waitFor(async () => {
      const filter = encodeURIComponent(`message ~ 'backup failed'`);
      expect((await call(`GET /api/logs?filter=${filter}`)).text).toContain('NoSuchBucket');
    }, 60_000);
    await settings({ backups: { s3: { bucket: 'backups' } } });
  });

  test('are restored', async () => {
    const answers = await Promise.all([
      call('POST /api/backups/one.zip/restore'),
      call('POST /api/backups/one.zip/restore'),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 400]);
    await vi.waitFor(() => expect(restored).toBe('restarted'), 60_000);
    expect(await readdir(join(server.dir, 'storage'))).toHaveLength(1);
  });
});
