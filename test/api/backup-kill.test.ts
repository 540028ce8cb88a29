import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '@davit/testkit';
import { expect, test } from 'vitest';
import { killableServer } from './killable-server.ts';
import type { KillableServer } from './killable-server.ts';

/** milliseconds after the request: the work is over before the last of them */
const MOMENTS = process.env.DAVIT_SOAK
  ? Array.from({ length: 50 }, (_v, n) => n * 30)
  : [5, 60, 250, 700];

interface Note {
  id: string;
  collectionId: string;
  generation: string;
  file: string;
}

/** Notes of one generation, each with a file of a size that takes a moment to pack. */
async function write({ client }: KillableServer, generation: string): Promise<void> {
  for (const note of await client.collection('notes').getFullList()) {
    await client.collection('notes').delete(note.id);
  }
  for (let n = 0; n < 12; n++) {
    const file = new File([Buffer.alloc(1_500_000, `${generation}${n}`)], `${n}.txt`);
    await client.collection('notes').create({ generation, file });
  }
}

async function begin(world: KillableServer): Promise<void> {
  await world.start();
  const fields = [
    { name: 'generation', type: 'text' },
    { name: 'file', type: 'file', maxSelect: 1, maxSize: 2_000_000 },
  ];
  await world.client.collections.create({ name: 'notes', type: 'base', fields });
}

/** Which generation there is: whole, with its files, and nothing of another. */
async function generationOf({ client, dir }: KillableServer): Promise<string> {
  const notes = await client.collection('notes').getFullList<Note>();
  expect(notes).toHaveLength(12);
  const generations = new Set(notes.map(({ generation }) => generation));
  expect(generations.size).toBe(1);
  for (const { id, collectionId, generation, file } of notes) {
    const content = await readFile(join(dir, 'storage', collectionId, id, file), 'utf8');
    expect(content.startsWith(generation)).toBe(true);
    expect(content).toHaveLength(1_500_000);
  }
  return [...generations].join();
}

test('a server that is killed while it makes a backup loses nothing and keeps no half of one', async () => {
  const it = await killableServer('backup-kill');
  await begin(it);
  await write(it, 'first');
  for (const [index, moment] of MOMENTS.entries()) {
    const made = it.client.backups.create(`b${index}.zip`).catch(() => false);
    await sleep(moment);
    await it.kill();
    await it.start();
    expect(await generationOf(it)).toBe('first');
    expect(await readdir(it.dir)).not.toContain('.pb_temp_to_delete');
    if ((await made) === true) {
      const keys = (await it.client.backups.getFullList()).map(({ key }) => key);
      expect(keys).toContain(`b${index}.zip`);
    }
  }
  // what is there is whole: restoring reads all of it
  for (const { key } of await it.client.backups.getFullList()) {
    await it.client.backups.restore(key);
    await until(async () => (await generationOf(it).catch(() => '')) === 'first', { what: key });
  }
});

test('a server that is killed while it restores has the old data or the new, whole', async () => {
  const it = await killableServer('backup-kill');
  await begin(it);
  await write(it, 'backed-up');
  await it.client.backups.create('one.zip');
  await write(it, 'later');
  let expected = ['later', 'backed-up'];
  for (const moment of MOMENTS) {
    const asked = it.client.backups.restore('one.zip').catch(() => false);
    await sleep(moment);
    await it.kill();
    await asked;
    await it.start();
    const found = await generationOf(it);
    expect(expected).toContain(found);
    if (found === 'backed-up') expected = [found];
    const left = await readdir(it.dir);
    expect(left).not.toContain('.pb_temp_to_delete');
    expect(left).not.toContain('.davit_replaced');
    expect((await it.client.backups.getFullList()).map(({ key }) => key)).toEqual(['one.zip']);
  }
});
