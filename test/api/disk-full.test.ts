import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createServer } from '@davit/server';
import type { Server } from '@davit/server';
import PocketBase, { ClientResponseError } from 'pocketbase';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PASSWORD, serveConfig } from './server.ts';

const MEGABYTE = 1_048_576;

/** Why there can be no small disk here; '' where there can. */
const NO_DISK = process.getuid?.() === 0 ? '' : 'only root can mount a tmpfs';

let mount: string;
let server: Server;
let client: PocketBase;

beforeEach(async () => {
  mount = await mkdtemp(join(tmpdir(), 'davit-disk-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=12m', 'tmpfs', mount]);
  const dir = join(mount, 'pb_data');
  await mkdir(dir);
  server = await createServer(serveConfig(dir));
  await server.records.superusers.create('root@example.com', PASSWORD);
  client = new PocketBase(server.url);
  client.autoCancellation(false);
  await client.collection('_superusers').authWithPassword('root@example.com', PASSWORD);
  const fields = [
    { name: 'text', type: 'text', max: 5_000_000 },
    { name: 'file', type: 'file', maxSize: 5_000_000 },
  ];
  await client.collections.create({ name: 'notes', type: 'base', fields });
});

afterEach(async () => {
  await server.close();
  execFileSync('umount', ['-l', mount]);
  await rm(mount, { recursive: true, force: true });
});

/** What is asked, until something else than a promise comes back. */
async function untilRefused(ask: () => Promise<unknown>): Promise<number> {
  for (let turn = 0; turn < 200; turn++) {
    try {
      await ask();
    } catch (error) {
      if (error instanceof ClientResponseError) return error.status;
      throw error;
    }
  }
  throw new Error('the disk is larger than it should be');
}

function checkDatabase(): void {
  const db = new DatabaseSync(join(mount, 'pb_data', 'data.db'), { readOnly: true });
  expect(db.prepare('PRAGMA integrity_check').all()).toEqual([{ integrity_check: 'ok' }]);
  db.close();
}

describe.skipIf(NO_DISK !== '')(`a full disk${NO_DISK && `: ${NO_DISK}`}`, () => {
  test('is answered with 5xx, loses nothing, and is over once there is room', async () => {
    const ballast = join(mount, 'ballast');
    await writeFile(ballast, Buffer.alloc(6 * MEGABYTE));
    const notes = client.collection('notes');
    const promised: string[] = [];
    const create = async (): Promise<void> => {
      const text = randomBytes(60_000).toString('hex');
      promised.push((await notes.create({ text })).id);
    };
    expect(await untilRefused(create)).toBeGreaterThanOrEqual(500);
    // several at a time share a transaction, and fail together
    const group = await Promise.allSettled(Array.from({ length: 20 }, create));
    const statuses = group.flatMap((one) =>
      one.status === 'rejected' ? [(one.reason as ClientResponseError).status] : [],
    );
    expect(statuses.length).toBeGreaterThan(0);
    expect(statuses.every((status) => status >= 500)).toBe(true);
    const ids = (await notes.getFullList({ fields: 'id' })).map(({ id }) => id);
    expect(new Set(ids)).toEqual(new Set(promised));
    expect((await fetch(`${server.url}/api/health`)).status).toBe(200);

    await rm(ballast);
    await create();
    expect(await notes.getFullList({ fields: 'id' })).toHaveLength(promised.length);
    checkDatabase();
  });

  test('refuses an upload whole', async () => {
    const notes = client.collection('notes');
    const promised: string[] = [];
    const upload = async (): Promise<void> => {
      const file = new File([randomBytes(MEGABYTE)], 'large.bin');
      promised.push((await notes.create({ file })).id);
    };
    expect(await untilRefused(upload)).toBeGreaterThanOrEqual(500);
    const kept = await notes.getFullList<{ id: string; file: string }>();
    expect(kept.map(({ id }) => id).toSorted()).toEqual(promised.toSorted());
    for (const note of kept) {
      const response = await fetch(client.files.getURL(note, note.file));
      expect((await response.arrayBuffer()).byteLength).toBe(MEGABYTE);
    }
    await notes.delete(promised.shift() ?? '');
    await notes.delete(promised.shift() ?? '');
    await expect
      .poll(() =>
        upload().then(
          () => true,
          () => false,
        ),
      )
      .toBe(true);
    checkDatabase();
  });
});
